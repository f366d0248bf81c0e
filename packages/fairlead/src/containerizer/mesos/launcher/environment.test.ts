import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandInfoSchema, create, Environment_Variable_Type, type MessageInitShape } from "@fairlead/mesos-api";
import { containerEnvironment } from "./environment.ts";

type Variables = NonNullable<MessageInitShape<typeof CommandInfoSchema>["environment"]>["variables"];

const config = (environment: Record<string, string>, variables: Variables = []) => ({
  command: create(CommandInfoSchema, { environment: { variables } }),
  environment,
});

test("isolators replace what the agent says, and add to it", () => {
  assert.deepEqual(
    containerEnvironment(config({ LIBPROCESS_IP: "10.0.0.1", PATH: "/bin" }), {
      environment: { LIBPROCESS_IP: "0.0.0.0", MORE: "x" },
    }),
    { LIBPROCESS_IP: "0.0.0.0", PATH: "/bin", MORE: "x" },
  );
  assert.deepEqual(containerEnvironment(config({ PATH: "/bin" }), {}), { PATH: "/bin" });
});

test("what the command itself says stays", () => {
  const own = config({ LIBPROCESS_IP: "10.0.0.9" }, [{ name: "LIBPROCESS_IP", value: "10.0.0.9" }]);
  assert.deepEqual(containerEnvironment(own, { environment: { LIBPROCESS_IP: "0.0.0.0" } }), {
    LIBPROCESS_IP: "10.0.0.9",
  });
});

test("the value of a secret comes from its isolator", () => {
  const secret = config({ TOKEN: "" }, [{ name: "TOKEN", type: Environment_Variable_Type.SECRET }]);
  assert.deepEqual(containerEnvironment(secret, { environment: { TOKEN: "s" } }), { TOKEN: "s" });
});
