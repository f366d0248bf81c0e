import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { Drivers, run } from "./builtin-drivers.ts";
import { type Comparison, compareDrivers, compareRefusals } from "./compare-drivers.ts";
import { failEachCall } from "./fail-each-call.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const V4 = "10.64.0.0/24";
const V6 = "fd64::/64";
const MAC = "0a:58:0a:40:00:02";
/** A master, and another machine at the far end of its cable, which is a link of this host, too. */
const MASTER = `ip link add up0 address 02:00:00:00:00:01 mtu 1400 type veth peer name up1 address 02:00:00:00:00:02
ip link set up0 up
ip link set up1 up`;
const DEFAULT_ROUTE = "ip address add 192.0.2.1/24 dev up0\nip route add default via 192.0.2.254";

const macvlan =
  (more: JsonObject = {}, ...subnets: readonly string[]) =>
  (drivers: Drivers): JsonObject => {
    const ipam = subnets.length === 0 ? {} : { ipam: drivers.hostLocal(...subnets) };
    return { cniVersion: "1.0.0", name: "blue", type: "macvlan", master: "up0", ...ipam, ...more };
  };

const SAME: Record<string, Comparison> = {
  IPv4: { config: macvlan({}, V4) },
  IPv6: { config: macvlan({}, V6) },
  "both families": { config: macvlan({}, V4, V6) },
  ...Object.fromEntries(
    ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0"].map((cniVersion) => [
      `version ${cniVersion}`,
      { config: macvlan({ cniVersion }, V4, V6) },
    ]),
  ),
  ...Object.fromEntries(
    ["bridge", "private", "vepa", "passthru"].map((mode) => [`mode ${mode}`, { config: macvlan({ mode }, V4) }]),
  ),
  "no IPAM": { config: macvlan() },
  mtu: { config: macvlan({ mtu: 1300 }, V4) },
  "the master of the default route": {
    config: macvlan({ master: "" }, V4),
    prepare: `${MASTER}\n${DEFAULT_ROUTE}`,
  },
  "a MAC": { config: macvlan({ mac: MAC }, V4) },
  "a MAC by capability": { config: macvlan({ mac: "02:00:00:00:00:09", runtimeConfig: { mac: MAC } }, V4) },
  "a MAC by CNI_ARGS": {
    config: macvlan({ mac: "02:00:00:00:00:09" }, V4),
    options: { args: `IgnoreUnknown=1;MAC=${MAC}` },
  },
  "DNS servers": { config: macvlan({ dns: { domain: "example.org" } }, V4) },
  "a link of the host with the container's name": {
    config: macvlan({}, V4),
    prepare: `${MASTER}\nip link add eth0 type bridge`,
  },
};

for (const [name, comparison] of Object.entries(SAME)) {
  test(`the same as by the reference: ${name}`, (t) => compareDrivers(t, { prepare: MASTER, ...comparison }));
}

const REFUSED: Record<string, [Comparison, string | RegExp]> = {
  "a master that is not there": [{ config: macvlan({ master: "up9" }, V4) }, "Link not found"],
  "no default route": [{ config: macvlan({ master: "" }, V4) }, "no default route interface found"],
  "an unknown mode": [{ config: macvlan({ mode: "source" }, V4) }, 'unknown macvlan mode: "source"'],
  "an MTU that is larger than the master's": [
    { config: macvlan({ mtu: 1500 }, V4) },
    "invalid MTU 1500, must be [0, master MTU(1400)]",
  ],
  "an MTU that is none": [{ config: macvlan({ mtu: -1 }, V4) }, "invalid MTU -1, must be [0, master MTU(1400)]"],
  "an MTU that is too small": [{ config: macvlan({ mtu: 1 }, V4) }, "failed to create macvlan: invalid argument"],
  "a MAC address that is none": [
    { config: macvlan({ mac: "zz" }, V4) },
    "invalid args zz for MAC addr: address zz: invalid MAC address",
  ],
  "a master that can have none": [
    { config: macvlan({ master: "lo", mtu: 1300 }, V4) },
    "failed to create macvlan: invalid argument",
  ],
  "an interface that is there": [
    {
      config: macvlan({}, V4),
      prepare: `${MASTER}\nnsenter --net=NETNS ip link add eth0 type veth peer name other`,
    },
    'failed to rename macvlan to "eth0": file exists',
  ],
};

for (const [name, [comparison, message]] of Object.entries(REFUSED)) {
  const expected = typeof message === "string" ? { code: 999, message } : message;
  test(`refused as by the reference, and nothing is changed: ${name}`, (t) => {
    return compareRefusals(t, { prepare: MASTER, ...comparison }, expected);
  });
}

test("containers reach each other, and what is at the other end of the master", async (t) => {
  const drivers = new Drivers(t);
  run("sh", "-c", MASTER);
  run("ip", "address", "add", "10.64.0.1/24", "dev", "up1");
  for (const id of ["c2", "c3"]) {
    drivers.containers(id);
    await drivers.call("built-in", "ADD", id, macvlan({}, V4, V6)(drivers));
    assert.deepEqual([drivers.pings(id, "10.64.0.1"), drivers.pings(id, "10.64.0.2")], [true, true]);
    assert.equal(drivers.pings(id, "fd64::2"), true);
  }
});

test("options of newer references: a master in the container, and the queue for broadcasts", async (t) => {
  const drivers = new Drivers(t);
  drivers.containers("c1");
  drivers.inside("c1", "sh", "-c", MASTER);
  const config = macvlan({ linkInContainer: true, bcqueuelen: 200 }, V4)(drivers);
  const prevResult = await drivers.call("built-in", "ADD", "c1", config);
  assert.match(drivers.inside("c1", "ip", "-d", "link", "show", "eth0"), /eth0@up0.*bcqueuelen 200/s);
  await drivers.call("built-in", "CHECK", "c1", config, { prevResult });
  await drivers.call("built-in", "DEL", "c1", config, { prevResult });
  assert.doesNotMatch(drivers.inside("c1", "ip", "link"), /eth0/);
});

test("passthru: its master is free again when DEL returns", async (t) => {
  const drivers = new Drivers(t);
  run("sh", "-c", MASTER);
  const config = macvlan({ mode: "passthru" }, V4)(drivers);
  drivers.containers("c1");
  for (let i = 0; i < 3; i++) {
    const prevResult = await drivers.call("built-in", "ADD", "c1", config);
    await drivers.call("built-in", "DEL", "c1", config, { prevResult });
  }
});

test("DEL and GC do without the master; STATUS does not", async (t) => {
  const drivers = new Drivers(t);
  run("sh", "-c", MASTER);
  const config = { ...macvlan({}, V4)(drivers), cniVersion: "1.1.0" };
  drivers.containers("c1", "c2");
  const prevResult = await drivers.call("built-in", "ADD", "c1", config);
  await drivers.call("built-in", "ADD", "c2", config);
  await drivers.call("built-in", "STATUS", "", config);
  run("ip", "link", "del", "up0");
  await drivers.call("built-in", "DEL", "c1", config, { prevResult });
  await drivers.call("built-in", "DEL", "c1", config, { prevResult, hasNetns: false });
  assert.deepEqual(drivers.leases(), ["blue/10.64.0.3"]);
  await drivers.call("built-in", "GC", "", { ...config, "cni.dev/valid-attachments": [] });
  assert.deepEqual(drivers.leases(), []);
  assert.equal((await drivers.refusal("built-in", "STATUS", "", config)).code, 50);
});

test("an ADD that fails at any of its calls to the kernel leaves nothing", async (t) => {
  const drivers = new Drivers(t);
  run("sh", "-c", MASTER);
  drivers.containers("c1");
  const failures = await failEachCall(
    t,
    () => drivers.call("built-in", "ADD", "c1", macvlan({}, V4, V6)(drivers)),
    async (problem) => {
      assert.deepEqual(drivers.leases(), [], problem);
      assert.doesNotMatch(drivers.inside("c1", "ip", "link"), /eth0|macvlan/, problem);
    },
  );
  assert.ok(failures > 4, `${failures} calls`);
});
