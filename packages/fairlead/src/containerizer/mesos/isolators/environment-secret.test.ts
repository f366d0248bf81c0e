import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CommandInfoSchema,
  create,
  Environment_Variable_Type,
  type Environment_VariableSchema,
  type MessageInitShape,
  parseContainerId,
  Secret_Type,
} from "@fairlead/mesos-api";
import { createEnvironmentSecretIsolator } from "./environment-secret.ts";

const prepare = (...variables: Omit<MessageInitShape<typeof Environment_VariableSchema>, "$typeName">[]) =>
  createEnvironmentSecretIsolator().prepare({
    containerId: parseContainerId("c"),
    command: create(CommandInfoSchema, { environment: { variables } }),
    resources: [],
    limits: {},
    directory: "/",
    environment: {},
  });

const secret = (text: string) => ({ type: Secret_Type.VALUE, value: { data: Buffer.from(text) } });
const { SECRET } = Environment_Variable_Type;

test("values of secrets become variables, plain variables are left to the agent", async () => {
  assert.equal(await prepare({ name: "A", value: "b" }), undefined);
  assert.deepEqual(await prepare({ name: "A", value: "b" }, { name: "S", type: SECRET, secret: secret("pä") }), {
    environment: { S: "pä" },
  });
});

test("what cannot be resolved is refused in Mesos's words", async () => {
  const refused = [
    [{ name: "S", type: SECRET }, "Environment variable 'S' of type 'SECRET' must have a secret set"],
    [
      { name: "S", type: SECRET, secret: { type: Secret_Type.REFERENCE, reference: { name: "x" } } },
      "Default secret resolver cannot resolve references",
    ],
    [{ name: "S", type: SECRET, secret: { type: Secret_Type.VALUE } }, "Secret has no value"],
    [
      { name: "S", type: SECRET, secret: secret("a\0b") },
      "Environment variable 'S' specifies a secret containing null bytes, which is not allowed in the environment",
    ],
  ] as const;
  for (const [variable, message] of refused) {
    await assert.rejects(prepare(variable), { code: "CONTAINER_INVALID", message });
  }
});
