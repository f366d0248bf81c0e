import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { DRIVERS, Drivers, run } from "./builtin-drivers.ts";
import { type Comparison, compareDrivers, compareRefusals, traces } from "./compare-drivers.ts";
import { failEachCall } from "./fail-each-call.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const V4 = "10.61.0.0/24";
const V6 = "fd61::/64";
const MAC = "0a:58:0a:3d:00:02";

const bridge = (more: JsonObject = {}): JsonObject => {
  return { cniVersion: "1.0.0", name: "blue", type: "bridge", bridge: "br-one", ...more };
};
const gateway =
  (more: JsonObject = {}, ...subnets: readonly string[]) =>
  (drivers: Drivers) =>
    bridge({ isGateway: true, ipam: drivers.hostLocal(...(subnets.length === 0 ? [V4] : subnets)), ...more });
const withoutRoutes =
  (more: JsonObject, ...subnets: readonly string[]) =>
  (drivers: Drivers) =>
    bridge({ ...more, ipam: { ...drivers.hostLocal(...subnets), routes: [] } });

const SAME: Record<string, Comparison> = {
  "an IPv4 gateway": { config: gateway(), pings: ["10.61.0.1"] },
  "an IPv6 gateway": { config: gateway({}, V6), pings: ["fd61::1"] },
  "both families": { config: gateway({}, V4, V6), pings: ["10.61.0.1", "fd61::1"] },
  ...Object.fromEntries(
    ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0"].map((cniVersion) => [
      `version ${cniVersion}`,
      { config: gateway({ cniVersion }, V4, V6) },
    ]),
  ),
  "no gateway": { config: gateway({ isGateway: false }) },
  "a default gateway": { config: withoutRoutes({ isDefaultGateway: true }, V4, V6) },
  "no routes": { config: withoutRoutes({ isGateway: true }, V4) },
  ipMasq: { config: gateway({ ipMasq: true }, V4, V6), pings: ["10.61.0.1"] },
  hairpinMode: { config: gateway({ hairpinMode: true }) },
  promiscMode: { config: gateway({ promiscMode: true }) },
  mtu: { config: gateway({ mtu: 1400 }, V4, V6) },
  "an MTU without IPv6": { config: gateway({ mtu: 1200 }) },
  "an MTU that is none": { config: gateway({ mtu: -1 }) },
  "a MAC by capability": { config: gateway({ runtimeConfig: { mac: MAC } }) },
  "a MAC by args": { config: gateway({ args: { cni: { mac: MAC.replaceAll(":", "-") } } }) },
  "a MAC by CNI_ARGS": { config: gateway(), options: { args: `IgnoreUnknown=1;A=b;MAC=${MAC}` } },
  "DNS servers": { config: gateway({ dns: { nameservers: ["192.0.2.53"], search: ["example.org"] } }) },
  "no IPAM": { config: () => bridge({ cniVersion: "0.3.1" }) },
  "the bridge cni0": {
    config: (drivers) => ({
      cniVersion: "1.0.0",
      name: "blue",
      type: "bridge",
      isGateway: true,
      ipam: drivers.hostLocal(V4),
    }),
  },
  "a bridge that is there, and down": { config: gateway(), prepare: "ip link add br-one type bridge" },
  "a bridge that has the address": {
    config: gateway(),
    prepare: "ip link add br-one address 02:00:00:00:00:09 type bridge; ip address add 10.61.0.1/24 dev br-one",
  },
  forceAddress: {
    config: gateway({ forceAddress: true }),
    prepare: "ip link add br-one type bridge; ip address add 10.99.0.1/24 dev br-one",
  },
  "IPv6 addresses of other networks": {
    config: gateway({}, V6),
    prepare: "ip link add br-one type bridge; ip address add fd99::1/64 dev br-one",
  },
  "keys in other case": { config: gateway({ isGateway: undefined, ISGATEWAY: true, MTU: 1400 }) },
};

for (const [name, comparison] of Object.entries(SAME)) {
  test(`the same as by the reference: ${name}`, (t) => compareDrivers(t, comparison));
}

const otherAddress = '"br-one" already has an IP address different from';
const REFUSED: Record<string, [Comparison, string | RegExp]> = {
  "another IPv4 address": [
    { config: gateway(), prepare: "ip link add br-one up type bridge; ip address add 10.99.0.1/24 dev br-one" },
    `failed to set bridge addr: ${otherAddress} 10.61.0.1/24`,
  ],
  "an IPv6 address of the same network": [
    {
      config: gateway({}, V6),
      prepare: "ip link add br-one up type bridge; ip address add fd61::9/64 dev br-one nodad",
    },
    `failed to set bridge addr: ${otherAddress} fd61::1/64`,
  ],
  "a link of another kind": [
    { config: gateway(), prepare: "ip link add br-one type veth peer name br-two" },
    'failed to create bridge "br-one": "br-one" already exists but is not a bridge',
  ],
  "hairpin with promiscuous mode": [
    { config: gateway({ hairpinMode: true, promiscMode: true }) },
    "cannot set hairpin mode and promiscuous mode at the same time.",
  ],
  "an MTU that is too small": [{ config: gateway({ mtu: 10 }) }, /invalid argument$/],
  "an MTU that is too large": [{ config: gateway({ mtu: 70000 }) }, /invalid argument$/],
  "an MTU that is no number": [
    { config: gateway({ mtu: "x" }) },
    "failed to load netconf: json: cannot unmarshal string into Go struct field NetConf.mtu of type int",
  ],
  "an interface that is there": [
    { config: gateway(), prepare: "nsenter --net=NETNS ip link add eth0 type veth peer name other" },
    "container veth name provided (eth0) already exists",
  ],
  "a name that is too long": [
    { config: gateway({ bridge: "bridge-of-seventeen" }) },
    'failed to create bridge "bridge-of-seventeen": could not add "bridge-of-seventeen": numerical result out of range',
  ],
  "a MAC address that is none": [
    { config: gateway({ runtimeConfig: { mac: "hello" } }) },
    "failed to make veth pair: address hello: invalid MAC address",
  ],
  "a MAC address of InfiniBand": [
    { config: gateway({ runtimeConfig: { mac: "02:11:22:33:44:55:66:77" } }) },
    "failed to make veth pair: invalid argument",
  ],
  "a MAC address of a group": [
    { config: gateway({ runtimeConfig: { mac: "01:11:22:33:44:55" } }) },
    "failed to make veth pair: cannot assign requested address",
  ],
  "an unknown argument": [{ config: gateway(), options: { args: "A=b" } }, 'ARGS: unknown args ["A=b"]'],
  "a VLAN that is none": [{ config: gateway({ vlan: 4095 }) }, "invalid VLAN ID 4095 (must be between 0 and 4094)"],
  // this kernel has none
  "a VLAN on a new bridge": [
    { config: gateway({ vlan: 5 }) },
    'failed to create bridge "br-one": could not add "br-one": operation not supported',
  ],
  "a VLAN on a bridge that is there": [
    { config: gateway({ vlan: 5 }), prepare: "ip link add br-one up type bridge" },
    'failed to setup vlan tag on interface "VETH": operation not supported',
  ],
  "a version that needs addresses": [
    { config: () => bridge({ cniVersion: "0.2.0" }) },
    "cannot convert: no valid IP addresses",
  ],
  "a default route twice": [
    { config: gateway({ isDefaultGateway: true }) },
    /^failed to add route .* via 10\.61\.0\.1 dev eth0': file exists$/,
  ],
  "a route by a gateway that cannot be reached": [
    {
      config: (drivers) =>
        bridge({
          isGateway: true,
          ipMasq: true,
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

test("a namespace that is none", async (t) => {
  const drivers = new Drivers(t);
  run("touch", drivers.netns("file"));
  for (const driver of DRIVERS) {
    const refusal = (id: string) => drivers.refusal(driver, "ADD", id, gateway()(drivers));
    assert.deepEqual(await refusal("none"), {
      code: 999,
      message: 'failed to open netns "DIR/none": failed to Statfs "DIR/none": no such file or directory',
    });
    const { code, message } = await refusal("file");
    assert.equal(code, 999);
    assert.match(message, /^failed to open netns "DIR\/file": unknown FS magic on "DIR\/file": [0-9a-f]+$/);
  }
});

test("options of newer references", async (t) => {
  const drivers = new Drivers(t);
  drivers.containers("c1", "c2");
  const isolated = gateway({ portIsolation: true })(drivers);
  await drivers.call("built-in", "ADD", "c1", isolated);
  await drivers.call("built-in", "ADD", "c2", isolated);
  assert.deepEqual([drivers.pings("c1", "10.61.0.1"), drivers.pings("c1", "10.61.0.3")], [true, false]);

  const unconfigured = bridge({ disableContainerInterface: true });
  await drivers.call("built-in", "ADD", "c1", unconfigured, { ifName: "eth1" });
  assert.match(drivers.inside("c1", "ip", "link", "show", "eth1"), /state DOWN/);
  assert.deepEqual(await drivers.refusal("built-in", "ADD", "c2", { ...isolated, disableContainerInterface: true }), {
    code: 999,
    message: "cannot use IPAM when DisableContainerInterface flag is set",
  });
  for (const [vlanTrunk, message] of [
    [[{ minID: 5 }], "minID and maxID should be configured simultaneously, maxID is missing"],
    [[{ minID: 5, maxID: 4 }], "minID is greater than maxID in trunk parameter"],
    [[{ id: 0 }], "incorrect trunk id parameter"],
    [[{ id: 7 }], 'failed to create bridge "br-two": could not add "br-two": operation not supported'],
  ] as const) {
    const config = bridge({ bridge: "br-two", vlanTrunk: vlanTrunk.map((item) => ({ ...item })) });
    assert.deepEqual(await drivers.refusal("built-in", "ADD", "c2", config), { code: 999, message });
  }
});

test("containers reach each other, and a new one at the first packet", async (t) => {
  const drivers = new Drivers(t);
  const config = gateway({}, V4, V6)(drivers);
  for (let i = 2; i < 8; i++) {
    drivers.containers(`c${i}`);
    await drivers.call("built-in", "ADD", `c${i}`, config);
    assert.equal(drivers.pings(`c${i}`, "10.61.0.2"), true);
    assert.equal(drivers.pings(`c${i}`, "fd61::2"), true);
    assert.equal(drivers.pings("c2", `10.61.0.${i}`), true);
  }
});

test("a veth that was made beforehand is used, and looks like any other", async (t) => {
  const drivers = new Drivers(t, { poolSize: 1 });
  const config = gateway({ mtu: 1400, runtimeConfig: { mac: MAC } }, V4, V6)(drivers);
  drivers.readyContainer("c1");
  const result = await drivers.call("built-in", "ADD", "c1", config);
  await drivers.call("reference", "CHECK", "c1", config, { prevResult: result });
  assert.deepEqual(
    await drivers.settledLinks(),
    ["br-one", JSON.stringify(result).match(/veth[0-9a-f]{8}/)?.[0]].toSorted(),
  );
  assert.match(drivers.inside("c1", "ip", "link", "show", "eth0"), new RegExp(`mtu 1400 .*${MAC}`, "s"));
  assert.deepEqual([drivers.pings("c1", "10.61.0.1"), drivers.pings("c1", "fd61::1")], [true, true]);
  await drivers.call("built-in", "DEL", "c1", config, { prevResult: result });
  assert.deepEqual([await drivers.settledLinks(), drivers.leases()], [["br-one"], []]);

  drivers.removeContainer("c1");
  drivers.readyContainer("c1");
  assert.deepEqual(await drivers.refusal("built-in", "ADD", "c1", { ...config, mtu: 10 }), {
    code: 999,
    message: "failed to make veth pair: invalid argument",
  });
  await drivers.call("built-in", "ADD", "c1", config);
  assert.equal(drivers.pings("c1", "10.61.0.1"), true);
});

test("macspoofchk drops what a container sends from another MAC address, and goes with it, whoever made it", async (t) => {
  const drivers = new Drivers(t);
  const config = gateway({ macspoofchk: true })(drivers);
  for (const adding of DRIVERS) {
    for (const deleting of DRIVERS) {
      drivers.containers("c1", "c2");
      const prevResult = await drivers.call(adding, "ADD", "c1", config);
      await drivers.call(adding, "ADD", "c2", { ...config, macspoofchk: false });
      assert.equal(drivers.pings("c1", "10.61.0.1"), true);
      for (const id of ["c1", "c2"]) drivers.inside(id, "ip", "link", "set", "eth0", "address", "02:00:00:00:00:01");
      assert.deepEqual([drivers.pings("c1", "10.61.0.1"), drivers.pings("c2", "10.61.0.1")], [false, true], adding);
      await drivers.call(deleting, "DEL", "c1", config, { prevResult });
      await drivers.call(deleting, "DEL", "c2", config);
      const left = run("nft", "list", "ruleset");
      if (deleting === "built-in")
        assert.doesNotMatch(left, /elements|iifname "veth|cni-br-iface/, `${adding}, then ours`);
      for (const id of ["c1", "c2"]) drivers.removeContainer(id);
      drivers.clear();
    }
  }
});

test("DEL without a namespace, and of one that has gone, frees the address", async (t) => {
  const drivers = new Drivers(t);
  const config = gateway({ ipMasq: true })(drivers);
  for (const hasNetns of [true, false]) {
    drivers.containers("c1");
    const prevResult = await drivers.call("built-in", "ADD", "c1", config);
    drivers.removeContainer("c1");
    await drivers.call("built-in", "DEL", "c1", config, { prevResult, hasNetns });
    assert.deepEqual(drivers.leases(), []);
    assert.doesNotMatch(run("nft", "list", "ruleset"), /10\.61\.0\.[2-9]/);
  }
});

test("DEL without the result of ADD finds what was masqueraded", async (t) => {
  const drivers = new Drivers(t);
  const config = gateway({ ipMasq: true }, V4, V6)(drivers);
  drivers.containers("c1", "c2");
  await drivers.call("built-in", "ADD", "c1", config);
  await drivers.call("built-in", "ADD", "c2", config);
  await drivers.call("built-in", "DEL", "c1", config);
  const rules = run("nft", "list", "ruleset");
  assert.doesNotMatch(rules, /10\.61\.0\.2 |fd61::2 /);
  assert.match(rules, /10\.61\.0\.3 /);
});

test("CHECK notices what has changed, in the words of the reference", async (t) => {
  const drivers = new Drivers(t);
  const config = gateway()(drivers);
  for (const [change, message] of [
    ["ip link set br-one address 02:00:00:00:00:01", /Bridge interface br-one Mac doesn't match/],
    ["ip link set br-one promisc on", /Promisc Mode false doesn't match current state: true/],
    [
      "ip -o link show master br-one | sed 's/.*\\(veth[0-9a-f]*\\)@.*/\\1/' | xargs -I X ip link set X nomaster",
      /CNI veth created for bridge br-one was not found/,
    ],
    ["ip link del br-one", /Interface name br-one not found/],
    ["nsenter --net=NETNS ip address flush dev eth0", /Failed to match addr .*10\.61\.0\.2\/24.* on interface eth0/],
    ["nsenter --net=NETNS ip route del default", /Expected Route .* not found in routing table/],
    ["nsenter --net=NETNS ip link set eth0 name eth9", /eth0 not found/],
    ["nsenter --net=NETNS ip link set eth0 address 02:00:00:00:00:01", /Interface eth0 Mac .* doesn't match/],
  ] as const) {
    drivers.containers("c1");
    const prevResult = await drivers.call("built-in", "ADD", "c1", config);
    await drivers.call("built-in", "CHECK", "c1", config, { prevResult });
    run("sh", "-c", change.replaceAll("NETNS", drivers.netns("c1")));
    for (const driver of DRIVERS) {
      const refusal = await drivers.refusal(driver, "CHECK", "c1", config, { prevResult });
      assert.equal(refusal.code, 999);
      assert.match(refusal.message, message, `${driver} after ${change}`);
    }
    drivers.removeContainer("c1");
    drivers.clear();
  }
  drivers.containers("c1");
  for (const driver of DRIVERS) assert.equal((await drivers.refusal(driver, "CHECK", "c1", config)).code, 999);
});

test("GC removes what belongs to no attachment, of this network alone", async (t) => {
  const drivers = new Drivers(t);
  const blue = { ...gateway({ ipMasq: true })(drivers), cniVersion: "1.1.0" };
  const green = { ...blue, name: "green", bridge: "br-two", ipam: drivers.hostLocal("10.62.0.0/24") };
  drivers.containers("c1", "c2");
  for (const id of ["c1", "c2"]) {
    await drivers.call("built-in", "ADD", id, blue);
    await drivers.call("built-in", "ADD", id, green, { ifName: "eth1" });
  }
  await drivers.call("built-in", "GC", "", {
    ...blue,
    "cni.dev/valid-attachments": [{ containerID: "c1", ifname: "eth0" }],
  });
  assert.equal((await drivers.settledLinks()).filter((name) => name.startsWith("veth")).length, 3);
  assert.deepEqual(drivers.leases().toSorted(), ["blue/10.61.0.2", "green/10.62.0.2", "green/10.62.0.3"]);
  assert.doesNotMatch(run("nft", "list", "ruleset"), /10\.61\.0\.3/);
  assert.equal(drivers.pings("c1", "10.61.0.1"), true);
  assert.equal(drivers.pings("c2", "10.62.0.1"), true);
  assert.equal((await drivers.refusal("built-in", "GC", "", blue)).code, 7);
});

test("an ADD that fails at any of its calls to the kernel leaves nothing", async (t) => {
  const drivers = new Drivers(t);
  const config = gateway({ ipMasq: true, hairpinMode: true, macspoofchk: true }, V4, V6)(drivers);
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
  assert.ok(failures > 10, `${failures} calls`);
  assert.equal(drivers.pings("c1", "10.61.0.1"), true);
});
