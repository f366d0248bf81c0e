import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCidr, parseCidr } from "@fairlead/cni";
import { planBridgeAddresses } from "./bridge-address.ts";

const cidrs = (texts: readonly string[]) => texts.map((text) => parseCidr(text) ?? assert.fail(text));
const plan = (present: readonly string[], wanted: readonly string[], force = false) => {
  const { add, remove } = planBridgeAddresses("br", cidrs(present), cidrs(wanted), force);
  return { add: add.map(formatCidr), remove: remove.map(formatCidr) };
};

test("a bridge gets what it has not", () => {
  assert.deepEqual(plan([], ["10.0.0.1/24", "fd00::1/64"]), { add: ["10.0.0.1/24", "fd00::1/64"], remove: [] });
  assert.deepEqual(plan(["10.0.0.1/24", "fe80::1/64"], ["10.0.0.1/24", "fd00::1/64"]), {
    add: ["fd00::1/64"],
    remove: [],
  });
  assert.deepEqual(plan(["fd00::1/64"], ["fd00::1/64"]), { add: [], remove: [] });
});

test("it has one IPv4 address, and IPv6 addresses of different networks", () => {
  const refused = (text: string) => ({
    pluginCode: 999,
    message: `failed to set bridge addr: "br" already has an IP address different from ${text}`,
  });
  assert.throws(() => plan(["10.9.0.1/24"], ["10.0.0.1/24"]), refused("10.0.0.1/24"));
  assert.throws(() => plan(["10.0.0.1/16"], ["10.0.0.1/24"]), refused("10.0.0.1/24"));
  assert.throws(() => plan(["fd00::9/64"], ["fd00::1/64"]), refused("fd00::1/64"));
  assert.throws(() => plan(["fd00::9/32"], ["fd00::1/64"]), refused("fd00::1/64"));
  assert.throws(() => plan([], ["10.0.0.1/24", "10.1.0.1/24"]), refused("10.1.0.1/24"));
  assert.deepEqual(plan(["fd99::1/64"], ["fd00::1/64"]).add, ["fd00::1/64"]);
});

test("others make room where force says so", () => {
  assert.deepEqual(plan(["10.9.0.1/24", "10.8.0.1/24"], ["10.0.0.1/24"], true), {
    add: ["10.0.0.1/24"],
    remove: ["10.9.0.1/24", "10.8.0.1/24"],
  });
  assert.deepEqual(plan(["fd00::9/64", "fd99::1/64"], ["fd00::1/64"], true), {
    add: ["fd00::1/64"],
    remove: ["fd00::9/64"],
  });
  assert.deepEqual(plan([], ["10.0.0.1/24", "10.1.0.1/24"], true), { add: ["10.1.0.1/24"], remove: [] });
});

test("like the reference, it is content when the wanted one comes before the others", () => {
  assert.deepEqual(plan(["10.0.0.1/24", "10.9.0.1/24"], ["10.0.0.1/24"]), { add: [], remove: [] });
});
