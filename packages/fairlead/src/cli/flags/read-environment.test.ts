import assert from "node:assert/strict";
import { test } from "node:test";
import { served } from "./flag.ts";
import { ipv4, port, text } from "./kind.ts";
import { readEnvironment, refuseProtections } from "./read-environment.ts";

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

test("TLS is refused where it is switched on, or may be meant to be", () => {
  for (const env of [
    { LIBPROCESS_SSL_ENABLED: "true" },
    { LIBPROCESS_SSL_ENABLED: "1" },
    { LIBPROCESS_SSL_ENABLED: "yes" },
    { LIBPROCESS_ssl_enabled: "true" },
    { SSL_ENABLED: "TRUE" },
  ]) {
    assert.throws(() => refuseProtections(env), {
      code: "FLAG_NOT_ENFORCED",
      message: /there is no TLS yet.*; unset it$/,
    });
  }
  for (const text of ["false", "0", ""]) {
    refuseProtections({ LIBPROCESS_SSL_ENABLED: text, LIBPROCESS_SSL_KEY_FILE: "/key" });
  }
});

test("other protections of the environment are refused, too", () => {
  assert.throws(() => refuseProtections({ LIBPROCESS_REQUIRE_PEER_ADDRESS_IP_MATCH: "true" }), {
    code: "FLAG_NOT_ENFORCED",
    message: /^LIBPROCESS_REQUIRE_PEER_ADDRESS_IP_MATCH is refused: /,
  });
});
