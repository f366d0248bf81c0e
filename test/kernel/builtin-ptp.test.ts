import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { DRIVERS, Drivers, run } from "./builtin-drivers.ts";
import { type Comparison, compareDrivers, compareRefusals, traces } from "./compare-drivers.ts";
import { failEachCall } from "./fail-each-call.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const V4 = "10.63.0.0/24";
const V6 = "fd63::/64";

const ptp =
  (more: JsonObject = {}, ...subnets: readonly string[]) =>
  (drivers: Drivers): JsonObject => {
    const ipam = drivers.hostLocal(...(subnets.length === 0 ? [V4] : subnets));
    return { cniVersion: "1.0.0", name: "blue", type: "ptp", ipam, ...more };
  };

const SAME: Record<string, Comparison> = {
  IPv4: { config: ptp(), pings: ["10.63.0.1"] },
  IPv6: { config: ptp({}, V6), pings: ["fd63::1"] },
  "both families": { config: ptp({}, V4, V6), pings: ["10.63.0.1", "fd63::1"] },
  ...Object.fromEntries(
    ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0"].map((cniVersion) => [
      `version ${cniVersion}`,
      { config: ptp({ cniVersion }, V4, V6) },
    ]),
  ),
  mtu: { config: ptp({ mtu: 1400 }, V4, V6), pings: ["10.63.0.1"] },
  "an MTU without IPv6": { config: ptp({ mtu: 1200 }), pings: ["10.63.0.1"] },
  ipMasq: { config: ptp({ ipMasq: true }, V4, V6), pings: ["10.63.0.1"] },
  "DNS servers": { config: ptp({ dns: { nameservers: ["192.0.2.53"], options: ["ndots:2"] } }) },
  "routes by other gateways": {
    config: (drivers) => ({
      ...ptp()(drivers),
      ipam: {
        ...drivers.hostLocal(V4),
        routes: [{ dst: "192.0.2.0/24", gw: "10.63.0.9" }, { dst: "198.51.100.0/24" }],
      },
    }),
    // looks for the route without the gateway that its ADD has given to it
    referenceCheckFails: true,
  },
};

for (const [name, comparison] of Object.entries(SAME)) {
  test(`the same as by the reference: ${name}`, (t) => compareDrivers(t, comparison));
}

const REFUSED: Record<string, [Comparison, string | RegExp]> = {
  "no IPAM": [{ config: ptp({ ipam: {} }) }, "no plugin name provided"],
  "an MTU that is too small": [{ config: ptp({ mtu: 10 }) }, "failed to make veth pair: invalid argument"],
  "an MTU that is no number": [
    { config: ptp({ mtu: true }) },
    "failed to load netconf: json: cannot unmarshal bool into Go struct field NetConf.mtu of type int",
  ],
  "an interface that is there": [
    { config: ptp(), prepare: "nsenter --net=NETNS ip link add eth0 type veth peer name other" },
    "container veth name provided (eth0) already exists",
  ],
  "a route by a gateway that cannot be reached": [
    {
      config: (drivers) => ({
        ...ptp({ ipMasq: true })(drivers),
        ipam: { ...drivers.hostLocal(V4), routes: [{ dst: "0.0.0.0/0", gw: "192.0.2.1" }] },
      }),
    },
    /^failed to add route .* via 192\.0\.2\.1 dev eth0': network is unreachable$/,
  ],
};

for (const [name, [comparison, message]] of Object.entries(REFUSED)) {
  const expected = typeof message === "string" ? { code: 999, message } : message;
  test(`refused as by the reference, and nothing is changed: ${name}`, (t) => compareRefusals(t, comparison, expected));
}

test("an address without a gateway is refused", async (t) => {
  const drivers = new Drivers(t);
  const config = ptp({ ipam: { type: "static", addresses: [{ address: "10.63.0.9/24" }] } })(drivers);
  drivers.containers("c1");
  for (const driver of DRIVERS) {
    const { code, message } = await drivers.refusal(driver, "ADD", "c1", config);
    assert.equal(code, 999);
    assert.match(message, /^failed to add IP addr .* to veth/);
    if (driver === "built-in") assert.deepEqual(await drivers.settledLinks(), []);
    else drivers.clear();
    drivers.removeContainer("c1");
    drivers.containers("c1");
  }
});

test("containers reach each other through the host, and nobody else's router advertisements count", async (t) => {
  const drivers = new Drivers(t);
  const config = ptp({}, V4, V6)(drivers);
  for (const id of ["c2", "c3", "c4"]) {
    drivers.containers(id);
    const result = JSON.stringify(await drivers.call("built-in", "ADD", id, config));
    const veth = result.match(/veth[0-9a-f]{8}/)?.[0];
    assert.equal(run("cat", `/proc/sys/net/ipv6/conf/${veth}/accept_ra`), "0\n");
    assert.equal(drivers.pings(id, "10.63.0.2"), true);
    assert.equal(drivers.pings(id, "fd63::2"), true);
  }
});

test("a veth that was made beforehand is used", async (t) => {
  const drivers = new Drivers(t, { poolSize: 1 });
  const config = ptp({ ipMasq: true }, V4, V6)(drivers);
  drivers.readyContainer("c1");
  const result = await drivers.call("built-in", "ADD", "c1", config);
  await drivers.call("reference", "CHECK", "c1", config, { prevResult: result });
  assert.equal((await drivers.settledLinks()).length, 1);
  assert.deepEqual([drivers.pings("c1", "10.63.0.1"), drivers.pings("c1", "fd63::1")], [true, true]);
  await drivers.call("built-in", "DEL", "c1", config, { prevResult: result });
  assert.deepEqual([await drivers.settledLinks(), drivers.leases()], [[], []]);
});

test("DEL without a namespace, and of one that has gone, frees the address", async (t) => {
  const drivers = new Drivers(t);
  const config = ptp({ ipMasq: true })(drivers);
  for (const hasNetns of [true, false]) {
    drivers.containers("c1");
    const prevResult = await drivers.call("built-in", "ADD", "c1", config);
    drivers.removeContainer("c1");
    await drivers.call("built-in", "DEL", "c1", config, { prevResult, hasNetns });
    assert.deepEqual(drivers.leases(), []);
    assert.doesNotMatch(run("nft", "list", "ruleset"), /10\.63\.0\.[2-9]/);
  }
});

test("CHECK notices what has changed, in the words of the reference", async (t) => {
  const drivers = new Drivers(t);
  const config = ptp()(drivers);
  for (const [change, message] of [
    ["ip address flush dev eth0", /Failed to match addr .*10\.63\.0\.2\/24.* on interface eth0/],
    ["ip route del default", /Expected Route .* not found in routing table/],
    ["ip route del 10.63.0.0/24", /Failed to find Gateway 10\.63\.0\.1 for interface eth0|default/],
    ["ip link set eth0 name eth9", /eth0 not found/],
    ["ip link set eth0 address 02:00:00:00:00:01", /Interface eth0 Mac .* doesn't match container Mac/],
  ] as const) {
    drivers.containers("c1");
    const prevResult = await drivers.call("built-in", "ADD", "c1", config);
    await drivers.call("built-in", "CHECK", "c1", config, { prevResult });
    drivers.inside("c1", "sh", "-c", change);
    for (const driver of DRIVERS) {
      const refusal = await drivers.refusal(driver, "CHECK", "c1", config, { prevResult });
      assert.equal(refusal.code, 999);
      assert.match(refusal.message, message, `${driver} after ${change}`);
    }
    drivers.removeContainer("c1");
    drivers.clear();
  }
});

test("GC removes what belongs to no attachment", async (t) => {
  const drivers = new Drivers(t);
  const config = { ...ptp({ ipMasq: true })(drivers), cniVersion: "1.1.0" };
  drivers.containers("c1", "c2");
  for (const id of ["c1", "c2"]) await drivers.call("built-in", "ADD", id, config);
  const valid = [{ containerID: "c2", ifname: "eth0" }];
  await drivers.call("built-in", "GC", "", { ...config, "cni.dev/valid-attachments": valid });
  assert.equal((await drivers.settledLinks()).length, 1);
  assert.deepEqual(drivers.leases(), ["blue/10.63.0.3"]);
  assert.doesNotMatch(run("nft", "list", "ruleset"), /10\.63\.0\.2 /);
  assert.equal(drivers.pings("c2", "10.63.0.1"), true);
  await drivers.call("built-in", "STATUS", "", config);
});

test("an ADD that fails at any of its calls to the kernel leaves nothing", async (t) => {
  const drivers = new Drivers(t);
  const config = ptp({ ipMasq: true }, V4, V6)(drivers);
  drivers.containers("c1");
  const before = traces(drivers, await drivers.settledLinks());
  const failures = await failEachCall(
    t,
    () => drivers.call("built-in", "ADD", "c1", config),
    async (problem) => {
      assert.deepEqual(traces(drivers, await drivers.settledLinks()), before, problem);
      assert.doesNotMatch(drivers.inside("c1", "ip", "link"), /eth0/, problem);
    },
  );
  assert.ok(failures > 5, `${failures} calls`);
  assert.equal(drivers.pings("c1", "10.63.0.1"), true);
});
