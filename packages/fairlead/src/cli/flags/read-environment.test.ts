import assert from "node:assert/strict";
import { test } from "node:test";
import { served } from "./flag.ts";
import { ipv4, port, text } from "./kind.ts";
import { readEnvironment, refuseTls } from "./read-environment.ts";

const TABLE = { ip: served(ipv4, ""), port: served(port, ""), hostname: served(text, "") };

test("libprocess's addresses stand behind everything else", () => {
  const env = {
    LIBPROCESS_IP: "10.0.0.1",
    LIBPROCESS_PORT: "1",
    MESOS_PORT: "2",
    LIBPROCESS_HOSTNAME: "not a flag of its",
  };
  assert.deepEqual(
    [...readEnvironment(TABLE, env)],
    [
      ["ip", { text: "10.0.0.1", spelling: "LIBPROCESS_IP" }],
      ["port", { text: "2", spelling: "MESOS_PORT" }],
    ],
  );
});

test("TLS is refused where it is switched on", () => {
  for (const env of [{ LIBPROCESS_SSL_ENABLED: "true" }, { LIBPROCESS_SSL_ENABLED: "1" }, { SSL_ENABLED: "TRUE" }]) {
    assert.throws(() => refuseTls(env), { code: "FLAG_NOT_ENFORCED", message: /there is no TLS yet/ });
  }
  refuseTls({ LIBPROCESS_SSL_ENABLED: "false", LIBPROCESS_SSL_KEY_FILE: "/key" });
});
