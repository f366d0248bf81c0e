import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCidr, parseIp } from "@fairlead/cni";
import { networkContains } from "./network-contains.ts";

test("only the prefix counts", () => {
  const contains = (cidr: string, ip: string) => {
    const [network, address] = [parseCidr(cidr), parseIp(ip)];
    assert.ok(network !== undefined && address !== undefined);
    return networkContains(network, address);
  };
  assert.equal(contains("10.1.2.3/24", "10.1.2.254"), true);
  assert.equal(contains("10.1.2.3/24", "10.1.3.1"), false);
  assert.equal(contains("10.1.2.3/23", "10.1.3.1"), true);
  assert.equal(contains("10.1.2.3/0", "255.0.0.1"), true);
  assert.equal(contains("10.1.2.3/32", "10.1.2.3"), true);
  assert.equal(contains("10.1.2.3/32", "10.1.2.2"), false);
  assert.equal(contains("fd00::5/64", "fd00::ffff:0:0:1"), true);
  assert.equal(contains("fd00::5/64", "fd00:0:0:1::1"), false);
  assert.equal(contains("::/0", "10.0.0.1"), false);
});
