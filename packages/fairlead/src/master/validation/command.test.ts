import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CommandInfoSchema,
  create,
  Environment_VariableSchema,
  type MessageInitShape,
  Secret_Type,
  Environment_Variable_Type as Type,
} from "@fairlead/mesos-api";
import { validateCommand } from "./command.ts";

type Init = Partial<MessageInitShape<typeof Environment_VariableSchema>>;

const VALUE = { data: new Uint8Array([1]) };
const REFERENCE = { name: "r" };

for (const [name, init, expected] of [
  ["a value", { value: "v" }, undefined],
  ["an empty value", { value: "" }, undefined],
  ["nothing", {}, "Environment variable 'V' of type 'VALUE' must have a value set"],
  [
    "a value and a secret",
    { value: "v", secret: {} },
    "Environment variable 'V' of type 'VALUE' must not have a secret set",
  ],
  ["an unknown type", { type: Type.UNKNOWN }, "Environment variable of type 'UNKNOWN' is not allowed"],
  [
    "a secret that is missing",
    { type: Type.SECRET },
    "Environment variable 'V' of type 'SECRET' must have a secret set",
  ],
  [
    "a secret and a value",
    { type: Type.SECRET, value: "v", secret: {} },
    "Environment variable 'V' of type 'SECRET' must not have a value set",
  ],
  ["a secret by value", { type: Type.SECRET, secret: { type: Secret_Type.VALUE, value: VALUE } }, undefined],
  [
    "a secret by value without it",
    { type: Type.SECRET, secret: { type: Secret_Type.VALUE } },
    "Environment variable 'V' specifies an invalid secret: Secret of type VALUE must have the 'value' field set",
  ],
  [
    "a secret by value with a reference",
    { type: Type.SECRET, secret: { type: Secret_Type.VALUE, value: VALUE, reference: REFERENCE } },
    "Environment variable 'V' specifies an invalid secret: Secret of type VALUE must not have the 'reference' field set",
  ],
  [
    "a secret by reference without it",
    { type: Type.SECRET, secret: { type: Secret_Type.REFERENCE } },
    "Environment variable 'V' specifies an invalid secret: Secret of type REFERENCE must have the 'reference' field set",
  ],
  [
    "a secret by reference with a value",
    { type: Type.SECRET, secret: { type: Secret_Type.REFERENCE, value: VALUE, reference: REFERENCE } },
    "Environment variable 'V' specifies an invalid secret: Secret 'r' of type REFERENCE must not have the 'value' field set",
  ],
  [
    "a secret with a null byte",
    { type: Type.SECRET, secret: { type: Secret_Type.VALUE, value: { data: new Uint8Array([1, 0]) } } },
    "Environment variable 'V' specifies a secret containing null bytes, which is not allowed in the environment",
  ],
] as [string, Init, string | undefined][]) {
  test(`a variable with ${name}: ${expected ?? "valid"}`, () => {
    const variable = create(Environment_VariableSchema, { name: "V", ...init } as MessageInitShape<
      typeof Environment_VariableSchema
    >);
    const command = create(CommandInfoSchema, { environment: { variables: [variable] } });
    assert.equal(validateCommand(command), expected);
  });
}
