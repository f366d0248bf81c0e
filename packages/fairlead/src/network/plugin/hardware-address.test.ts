import assert from "node:assert/strict";
import { test } from "node:test";
import { isEthernetAddress, parseHardwareAddress } from "./hardware-address.ts";

test("addresses in every notation are the same", () => {
  for (const text of ["02:AB:cd:00:00:01", "02-ab-cd-00-00-01", "02ab.cd00.0001"]) {
    assert.equal(parseHardwareAddress(text), "02:ab:cd:00:00:01");
  }
});

test("longer ones are addresses, but not of Ethernet", () => {
  const long = parseHardwareAddress("02:11:22:33:44:55:66:77");
  assert.equal(long, "02:11:22:33:44:55:66:77");
  assert.equal(isEthernetAddress(long), false);
  assert.equal(isEthernetAddress("02:11:22:33:44:55"), true);
});

test("what is none is refused", () => {
  const none = ["", "hello", "02:11", "2:11:22:33:44:55", "02:11-22:33:44:55", "021122334455", "02:11:22:33:44:5g"];
  for (const text of none) assert.equal(parseHardwareAddress(text), undefined, text);
});
