import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIp, type JsonObject } from "@fairlead/cni";
import fc from "fast-check";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { compareAddresses, nextAddress } from "./address.ts";
import { describeRange, parseRange, rangeContains, rangesOverlap } from "./address-range.ts";

const parse = (json: JsonObject) => parseRange(new NetconfReader(json, "Range"));
const summary = (json: JsonObject) => {
  const range = parse(json);
  return [describeRange(range), formatIp(range.gateway)];
};

test("a subnet alone: its addresses without the network's and the broadcast address, the first is the gateway", () => {
  assert.deepEqual(summary({ subnet: "10.1.2.0/24" }), ["10.1.2.1-10.1.2.254", "10.1.2.1"]);
  assert.deepEqual(summary({ subnet: "10.1.0.0/21" }), ["10.1.0.1-10.1.7.254", "10.1.0.1"]);
  assert.deepEqual(summary({ subnet: "10.0.0.4/30" }), ["10.0.0.5-10.0.0.6", "10.0.0.5"]);
  assert.deepEqual(summary({ subnet: "0.0.0.0/0" }), ["0.0.0.1-255.255.255.254", "0.0.0.1"]);
  assert.deepEqual(summary({ subnet: "fd00::/64" }), ["fd00::1-fd00::ffff:ffff:ffff:ffff", "fd00::1"]);
  assert.deepEqual(summary({ subnet: "fd00::8/125" }), ["fd00::9-fd00::f", "fd00::9"]);
});

test("bounds and the gateway may be given", () => {
  const range = { subnet: "10.1.0.0/16", rangeStart: "10.1.3.20", rangeEnd: "10.1.3.20", gateway: "10.1.255.254" };
  assert.deepEqual(summary(range), ["10.1.3.20-10.1.3.20", "10.1.255.254"]);
  const whole = { subnet: "10.1.2.0/24", rangeStart: "10.1.2.0", rangeEnd: "10.1.2.255" };
  assert.deepEqual(summary(whole), ["10.1.2.0-10.1.2.255", "10.1.2.1"]);
});

test("what is no range is refused", () => {
  const refusals: [range: JsonObject, message: RegExp][] = [
    [{}, /^invalid CIDR address: $/],
    [{ subnet: "10.1.2.0" }, /^invalid CIDR address: 10\.1\.2\.0$/],
    [{ subnet: "10.1.2.0/33" }, /^invalid CIDR address/],
    [{ subnet: "10.1.2.0/31" }, /too small/],
    [{ subnet: "10.1.2.0/32" }, /too small/],
    [{ subnet: "fd00::/127" }, /too small/],
    [{ subnet: "10.1.2.1/24" }, /has host bits set, its address is 10\.1\.2\.0$/],
    [{ subnet: "10.1.2.0/24", rangeStart: "10.1.3.1" }, /^RangeStart 10\.1\.3\.1 not in network/],
    [{ subnet: "10.1.2.0/24", rangeStart: "fd00::1" }, /^RangeStart fd00::1 not in network/],
    [{ subnet: "10.1.2.0/24", rangeEnd: "10.1.1.255" }, /^RangeEnd 10\.1\.1\.255 not in network/],
    [{ subnet: "10.1.2.0/24", rangeStart: "10.1.2.9", rangeEnd: "10.1.2.8" }, /has no address$/],
    [{ subnet: "10.1.2.0/24", gateway: "none" }, /^invalid IP address: none$/],
    [{ subnet: 7 }, /cannot unmarshal number/],
  ];
  for (const [json, message] of refusals) assert.throws(() => parse(json), { pluginCode: 999, message });
});

test("the address that follows carries over, and is in the range until its last", () => {
  const range = parse({ subnet: "10.0.254.0/23", rangeStart: "10.0.254.250", rangeEnd: "10.0.255.3" });
  const addresses = [range.first];
  for (let last = range.first; compareAddresses(last, range.last) !== 0; ) {
    last = nextAddress(last);
    addresses.push(last);
  }
  assert.deepEqual(addresses.map(formatIp).slice(4, 8), ["10.0.254.254", "10.0.254.255", "10.0.255.0", "10.0.255.1"]);
  assert.equal(addresses.length, 10);
  assert.ok(addresses.every((address) => rangeContains(range, address)));
  assert.ok(!rangeContains(range, nextAddress(range.last)));
});

test("ranges overlap exactly when an address is in both", () => {
  const byte = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(byte, byte, byte, byte, (a, b, c, d) => {
      const make = (x: number, y: number) =>
        parse({ subnet: "10.0.0.0/24", rangeStart: `10.0.0.${Math.min(x, y)}`, rangeEnd: `10.0.0.${Math.max(x, y)}` });
      const both = Math.max(Math.min(a, b), Math.min(c, d)) <= Math.min(Math.max(a, b), Math.max(c, d));
      assert.equal(rangesOverlap(make(a, b), make(c, d)), both);
    }),
  );
});
