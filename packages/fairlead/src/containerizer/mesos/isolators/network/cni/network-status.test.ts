import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject, parseResult, type SpecVersion } from "@fairlead/cni";
import { create, NetworkInfo_Protocol, NetworkInfoSchema, writeJson } from "@fairlead/mesos-api";
import { reportedNetworkInfo } from "./network-status.ts";

const { IPv4, IPv6 } = NetworkInfo_Protocol;
const requested = create(NetworkInfoSchema, {
  name: "blue",
  groups: ["g"],
  labels: { labels: [{ key: "app", value: "web" }] },
  portMappings: [{ hostPort: 8080, containerPort: 80 }],
  ipAddresses: [{ ipAddress: "10.9.9.9" }],
});

const OLD = { ip4: { ip: "10.0.0.5/24", routes: [] }, ip6: { ip: "fd00::5/64" } };
const IPS_04 = [
  { version: "4", address: "10.0.0.5/24", interface: 1 },
  { version: "6", address: "fd00:0:0::5/64", interface: 1 },
  { version: "4", address: "10.0.1.5/24" },
  { version: "4", address: "10.0.0.1/24", interface: 0 },
];
const NEW = { interfaces: [{ name: "br0" }, { name: "eth0", sandbox: "/ns" }], ips: IPS_04 };
const NEW_1 = { ...NEW, ips: IPS_04.map(({ version: _, ...ip }) => ip) };

const TWO = [
  [IPv4, "10.0.0.5"],
  [IPv6, "fd00::5"],
];
const THREE = [...TWO, [IPv4, "10.0.1.5"]];

for (const [version, json, expected] of [
  ["0.1.0", OLD, TWO],
  ["0.2.0", OLD, TWO],
  ["0.3.0", NEW, THREE],
  ["0.3.1", NEW, THREE],
  ["0.4.0", NEW, THREE],
  ["1.0.0", NEW_1, THREE],
  ["1.1.0", NEW_1, THREE],
] satisfies [SpecVersion, JsonObject, unknown][]) {
  test(`every address of a result of ${version} is reported, without prefix length`, () => {
    const reported = reportedNetworkInfo(requested, parseResult({ cniVersion: version, ...json }, version));
    assert.deepEqual(
      reported.ipAddresses.map(({ protocol, ipAddress }) => [protocol, ipAddress]),
      expected,
    );
  });
}

test("the rest is as asked for, and the request stays as it was", () => {
  const before = writeJson(NetworkInfoSchema, requested);
  const reported = reportedNetworkInfo(requested, parseResult({ ip4: { ip: "10.0.0.5/24" } }, "0.2.0"));
  assert.equal(
    writeJson(NetworkInfoSchema, reported),
    before.replace('"ip_address":"10.9.9.9"', '"ip_address":"10.0.0.5"'),
  );
  assert.equal(writeJson(NetworkInfoSchema, requested), before);
});

test("an address that was asked for and not assigned is not reported", () => {
  assert.deepEqual(reportedNetworkInfo(requested, parseResult({}, "1.0.0")).ipAddresses, []);
});
