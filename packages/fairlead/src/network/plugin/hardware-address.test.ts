import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHardwareAddress, requireEthernetAddress } from "./hardware-address.ts";

test("addresses in every notation are the same", () => {
  for (const text of ["02:AB:cd:00:00:01", "02-ab-cd-00-00-01", "02ab.cd00.0001"]) {
    assert.equal(parseHardwareAddress(text), "02:ab:cd:00:00:01");
  }
});

test("longer ones are addresses, but not of Ethernet", () => {
  const long = "02:11:22:33:44:55:66:77";
  assert.equal(parseHardwareAddress(long), long);
  const refused = (message: string) => ({ pluginCode: 999, message });
  assert.throws(() => requireEthernetAddress(long, "no veth"), refused("no veth: invalid argument"));
  assert.throws(() => requireEthernetAddress("x", "no veth"), refused("no veth: address x: invalid MAC address"));
  assert.equal(requireEthernetAddress("02-11-22-33-44-55", "no veth"), "02:11:22:33:44:55");
});

test("what is none is refused", () => {
  const none = ["", "hello", "02:11", "2:11:22:33:44:55", "02:11-22:33:44:55", "021122334455", "02:11:22:33:44:5g"];
  for (const text of none) assert.equal(parseHardwareAddress(text), undefined, text);
});
