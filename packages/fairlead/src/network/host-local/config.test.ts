import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIp, type JsonObject } from "@fairlead/cni";
import { leaseDirectory, parseHostLocalConfig } from "./config.ts";
import { describeRangeSet } from "./range-set.ts";

const config = (ipam: JsonObject, more: JsonObject = {}): JsonObject => ({
  cniVersion: "1.0.0",
  name: "blue",
  ...more,
  ipam: { type: "host-local", ...ipam },
});
const sets = (ipam: JsonObject, more?: JsonObject) =>
  parseHostLocalConfig({ config: config(ipam, more) }).rangeSets.map(describeRangeSet);

test("ranges of the runtime come before the single one, which comes before the others", () => {
  const ranges = [[{ subnet: "10.3.0.0/29" }, { subnet: "10.4.0.0/29" }], [{ subnet: "fd00::/125" }]];
  const runtimeConfig = { ipRanges: [[{ subnet: "10.1.0.0/29" }]] };
  assert.deepEqual(sets({ subnet: "10.2.0.0/29", rangeStart: "10.2.0.4", ranges }, { runtimeConfig }), [
    "10.1.0.1-10.1.0.6",
    "10.2.0.4-10.2.0.6",
    "10.3.0.1-10.3.0.6,10.4.0.1-10.4.0.6",
    "fd00::1-fd00::7",
  ]);
  assert.deepEqual(sets({ rangeStart: "10.2.0.4", ranges: [[{ subnet: "10.3.0.0/29" }]] }), ["10.3.0.1-10.3.0.6"]);
});

test("addresses may be asked for in three ways, each counts once", () => {
  const more = {
    args: { cni: { ips: ["10.1.0.3", "fd00::3/64"] } },
    runtimeConfig: { ips: ["10.1.0.4/29", "fd00:0:0::3"] },
  };
  const { requested } = parseHostLocalConfig({
    config: config({ subnet: "10.1.0.0/29" }, more),
    args: "IgnoreUnknown=1;K8S=x;IP=10.1.0.2",
  });
  assert.deepEqual(requested.map(formatIp), ["10.1.0.2", "10.1.0.3", "fd00::3", "10.1.0.4"]);
});

test("routes and the file with DNS settings", () => {
  const routes = [{ dst: "0.0.0.0/0" }, { dst: "10.9.1.2/16", gw: "10.1.0.3", mtu: 1400 }];
  const parsed = parseHostLocalConfig({ config: config({ subnet: "10.1.0.0/29", routes, resolvConf: "/r" }) });
  assert.deepEqual([parsed.routes, parsed.resolvConf], [routes, "/r"]);
  const bare = parseHostLocalConfig({ config: config({ subnet: "10.1.0.0/29", routes: null, resolvConf: "" }) });
  assert.deepEqual([bare.routes, bare.resolvConf], [[], undefined]);
});

test("what cannot work is refused", () => {
  const two = [[{ subnet: "10.1.0.0/29" }], [{ subnet: "10.2.0.0/29" }]];
  const refusals: [ipam: JsonObject, more: JsonObject, message: RegExp][] = [
    [{}, {}, /^no IP ranges specified$/],
    [{ ranges: [[]] }, {}, /^invalid range set 0: empty range set$/],
    [{ ranges: [two[0] ?? [], [{ subnet: "x" }]] }, {}, /^invalid range set 1: invalid CIDR address: x$/],
    [{ ranges: [{ subnet: "10.1.0.0/29" }] }, {}, /cannot unmarshal/],
    [{ ranges: [["x"]] }, {}, /cannot unmarshal/],
    [{ ranges: two, subnet: "10.2.0.0/16" }, {}, /^range set 0 overlaps with 2$/],
    [{ ranges: two }, { cniVersion: "0.2.0" }, /^CNI version 0\.2\.0 does not support/],
    [{ ranges: two, routes: [{ dst: "x" }] }, {}, /routes\[0\]\.dst/],
    [{ ranges: two }, { args: { cni: { ips: ["x"] } } }, /^invalid IP address x$/],
    [{ ranges: two }, { args: { cni: { ips: "x" } } }, /cannot unmarshal/],
    [{ ranges: two }, { runtimeConfig: { ips: [""] } }, /^invalid IP address $/],
  ];
  for (const [ipam, more, message] of refusals) {
    assert.throws(() => sets(ipam, more), { code: "CNI_PLUGIN_FAILED", pluginCode: 999, message });
  }
  assert.throws(() => parseHostLocalConfig({ config: { name: "blue" } }), { pluginCode: 999 });
  assert.throws(() => parseHostLocalConfig({ config: config({ subnet: "10.1.0.0/29" }), args: "IP=x" }), {
    pluginCode: 999,
  });
});

test("a network's leases are in a directory of its name, and nowhere else", () => {
  assert.equal(leaseDirectory(config({})), "/var/lib/cni/networks/blue");
  assert.equal(leaseDirectory(config({ dataDir: "/d/e" })), "/d/e/blue");
  for (const name of ["", "..", "a/../../etc", "/etc", "a\0", ".hidden"]) {
    assert.throws(() => leaseDirectory({ ...config({}), name }), { pluginCode: 7 }, name);
  }
});
