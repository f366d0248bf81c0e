import assert from "node:assert/strict";
import { test } from "node:test";
import { freeSubnet, overlaps } from "./free-subnet.ts";

test("the first subnet that nothing uses is taken", () => {
  assert.equal(freeSubnet([]), "10.77.0.0/24");
  assert.equal(freeSubnet(["10.77.0.7/32", "192.0.2.0/24", "fd00::/64", "default"]), "10.77.1.0/24");
  assert.equal(freeSubnet(["10.77.0.128/25", "10.77.1.200"]), "10.77.2.0/24");
  assert.equal(freeSubnet(["10.0.0.0/8"]), "172.30.0.0/24");
  assert.equal(freeSubnet(["10.0.0.0/8", "172.16.0.0/12"]), "192.168.128.0/24");
  assert.equal(freeSubnet(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]), undefined);
});

test("routes to the Internet use nothing here", () => {
  assert.equal(freeSubnet(["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"]), "10.77.0.0/24");
});

test("networks overlap when one lies in the other", () => {
  for (const [a, b, expected] of [
    ["10.0.0.0/24", "10.0.0.7/32", true],
    ["10.0.0.7", "10.0.0.0/24", true],
    ["10.0.0.0/24", "10.0.1.0/24", false],
    ["10.0.0.0/24", "10.0.0.0/24", true],
    ["10.0.0.0/24", "fd00::/64", false],
  ] as const) {
    assert.equal(overlaps(a, b), expected, `${a} ${b}`);
  }
});
