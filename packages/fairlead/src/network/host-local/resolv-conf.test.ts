import assert from "node:assert/strict";
import { test } from "node:test";
import { parseResolvConf, readResolvConf } from "./resolv-conf.ts";

test("everything adds up but the domain", () => {
  const text = `# made by hand
; as in the old days
nameserver 10.0.0.1
  nameserver\tfd00::1   trailing
nameserver
domain a.example
domain b.example
search one two
search three
options ndots:5 rotate
sortlist 10.0.0.0
`;
  assert.deepEqual(parseResolvConf(text), {
    nameservers: ["10.0.0.1", "fd00::1"],
    domain: "b.example",
    search: ["one", "two", "three"],
    options: ["ndots:5", "rotate"],
  });
  assert.deepEqual(parseResolvConf(""), { nameservers: [], search: [], options: [] });
});

test("what is no settings is refused", () => {
  assert.throws(() => parseResolvConf("nameserver here"), { pluginCode: 999 });
  assert.throws(() => readResolvConf("/dev/zero"), { pluginCode: 999, message: /larger than/ });
  assert.throws(() => readResolvConf("/nowhere/resolv.conf"), { code: "ENOENT" });
});
