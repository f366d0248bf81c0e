/** What these tests are worth: two runs of the reference plugins look the same, and what is not the same does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BUILT_IN_TYPES } from "fairlead/network/built-in-types.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { compareAll } from "./compare-all.ts";
import { BRIDGE, fullChain, hostLocal, network, ports, V4, V6 } from "./networks.ts";
import { observe } from "./observe.ts";
import { given } from "./verbs.ts";
import { World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

compareAll(
  "the reference against itself",
  {
    bridge: { config: network({ ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, V6) }) },
    ptp: { config: network({ type: "ptp", ipam: hostLocal(V4, V6) }) },
    // without CHECK, which is wrong about portmap
    chain: { config: { ...fullChain(), disableCheck: true }, capabilityArgs: ports },
  },
  { sides: ["reference", "reference"] },
);

test("every plugin of these tests is built in", () => {
  const types = ["bridge", "ptp", "macvlan", "loopback", "host-local", "static"];
  for (const type of [...types, "portmap", "firewall", "bandwidth", "tuning"])
    assert.ok(BUILT_IN_TYPES.has(type), type);
});

test("every damage is seen, and a world is as new after a reset", async (t) => {
  const world = await World.make(t);
  const config = network(
    { ...BRIDGE, ipam: hostLocal(V4) },
    { type: "bandwidth", ingressRate: 80_000_000, ingressBurst: 8_000_000 },
  );
  const pristine = await observe(world);
  await world.makeContainer("c1");
  const conf = { containerId: "c1", netns: world.pin("c1"), ifName: "eth0" };
  given(await world.call({ side: "reference", verb: "ADD", config, conf }));
  let before = await observe(world);
  for (const damage of [
    "ip link set br-one mtu 1400",
    "ip address add 10.61.0.9/24 dev br-one",
    "ip route add 198.51.100.0/24 dev br-one",
    "sysctl -q net.ipv4.conf.br-one.route_localnet=1",
    "ip link set br-one address 0a:58:0a:3d:00:01",
    "tc qdisc del dev $(bridge link | sed -n 's/.* \\(veth[^@:]*\\).*/\\1/p') root",
  ]) {
    await world.runIn(world.host, "sh", "-ec", damage);
    const after = await observe(world, { macs: new Set(["0a:58:0a:3d:00:01"]) });
    assert.notDeepEqual(after, before, damage);
    before = after;
  }
  await world.reset();
  assert.deepEqual(await observe(world), pristine);
});
