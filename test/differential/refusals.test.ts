import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "@fairlead/cni";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { firewallState } from "./firewall-state.ts";
import { BRIDGE, hostLocal, network, V4 } from "./networks.ts";
import { type Observation, observe } from "./observe.ts";
import { Pair } from "./pair.ts";
import { runtimeConf, type Scenario } from "./scenario.ts";
import { settled } from "./settled.ts";
import { given } from "./verbs.ts";
import type { World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

/** What is refused; `prepareContainer` counts for the container that is refused, which is the second where `first` says how to attach another. */
interface Refusal extends Scenario {
  readonly first?: JsonObject;
  /** Of the container that is refused. */
  readonly netns?: string;
  /** What the built-in plugins say instead, where they mean to differ. */
  readonly ours?: object;
  /** Plugins did something before the one that refused: what they leave is what the reference plugins leave. */
  readonly isLate?: boolean;
}

const bridge = (more: JsonObject, ipam: JsonValue = hostLocal(V4)) => network({ ...BRIDGE, ...more, ipam });
const ranges = (...sets: JsonObject[][]) => bridge({}, { type: "host-local", ranges: sets });
const macvlan = (more: JsonObject) => network({ type: "macvlan", ...more, ipam: hostLocal(V4) });
/** A bridge stays by design when what comes after it is refused. */
const chained = (plugin: JsonObject): Refusal => ({
  config: network({ ...BRIDGE, ipam: hostLocal(V4) }, plugin),
  isLate: true,
});
const portmap = (more: JsonObject, ...portMappings: JsonObject[]): Refusal => ({
  ...chained({ type: "portmap", capabilities: { portMappings: true }, ...more }),
  capabilityArgs: () => ({ portMappings }),
});
/** The DEL after the refusal takes it for the container's. */
const FOREIGN = "ip link add eth0 type ifb";
const PORT = { hostPort: 31_080, containerPort: 8080, protocol: "tcp" };
const one = { subnet: V4, rangeStart: "10.61.0.7", rangeEnd: "10.61.0.7" };

const REFUSALS: Readonly<Record<string, Refusal>> = {
  "ranges of two sets that overlap": { config: ranges([{ subnet: V4 }], [{ subnet: "10.61.0.128/25" }]) },
  "ranges of a set that overlap": { config: ranges([{ subnet: V4 }, { subnet: "10.61.0.0/25" }]) },
  "a range outside of its subnet": { config: ranges([{ subnet: V4, rangeStart: "10.62.0.5" }]) },
  "a range that ends before it starts": {
    config: ranges([{ subnet: V4, rangeStart: "10.61.0.20", rangeEnd: "10.61.0.10" }]),
  },
  "a subnet without room": { config: ranges([{ subnet: "10.61.0.0/31" }]) },
  "a set of both families": { config: ranges([{ subnet: V4 }, { subnet: "fd61::/64" }]) },
  "no range at all": { config: bridge({}, { type: "host-local" }) },
  "an empty set": { config: ranges([]) },
  "an exhausted pool": { config: ranges([one]), first: ranges([one]) },
  "an exhausted second set": {
    config: ranges([{ subnet: "10.60.0.0/24" }], [one]),
    first: bridge({ isGateway: false }, { type: "host-local", ranges: [[{ subnet: "10.60.0.0/24" }], [one]] }),
  },
  "an address that is taken": {
    config: bridge({}),
    first: bridge({}),
    args: () => [
      ["IgnoreUnknown", "1"],
      ["IP", "10.61.0.2"],
    ],
  },
  "an address out of every range": {
    config: bridge({}),
    args: () => [
      ["IgnoreUnknown", "1"],
      ["IP", "10.99.0.2"],
    ],
  },
  "a static address that is none": {
    config: bridge({}, { type: "static", addresses: [{ address: "10.61.0.300/24" }] }),
  },
  "CNI_ARGS that nobody knows": { config: bridge({}), args: () => [["COLOUR", "blue"]] },
  "a bridge with another address": {
    config: bridge({}),
    prepare: "ip link add br-one type bridge; ip address add 10.99.0.1/24 dev br-one",
  },
  "a bridge that is none": { config: bridge({}), prepare: "ip link add br-one type ifb" },
  "hairpin and promiscuous": { config: bridge({ hairpinMode: true, promiscMode: true }) },
  "an MTU that is no number": { config: bridge({ mtu: "1400" }) },
  "isGateway that is no boolean": { config: bridge({ isGateway: "yes" }) },
  "a bridge's name that is no text": { config: bridge({ bridge: 5 }) },
  "a VLAN out of range": { config: bridge({ vlan: 5000 }) },
  "a VLAN, where the kernel knows none": { config: bridge({ vlan: 100 }) },
  "a default route twice": {
    config: bridge(
      { isDefaultGateway: true },
      { ...hostLocal(V4, "fd61::/64"), routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }] },
    ),
  },
  "IPAM that is no object": { config: bridge({}, "host-local") },
  "ranges that are no list": { config: bridge({}, { type: "host-local", ranges: "all" }) },
  "a subnet that is none": { config: ranges([{ subnet: "10.61.0.0" }]) },
  "IPAM that is not installed": {
    config: bridge({}, { type: "not-installed" }),
    // no plugin has failed: there is none
    ours: { code: "CNI_PLUGIN_NOT_FOUND" },
  },
  "a namespace that is not there": { config: bridge({}), netns: "/run/cni/not-there" },
  "an interface that is there": { config: bridge({}), prepareContainer: FOREIGN },
  "a namespace that is none": { config: bridge({}), netns: "/proc/version" },
  "macvlan without its master": { config: macvlan({ master: "absent" }) },
  "macvlan without any master": { config: macvlan({}) },
  "macvlan in a mode that is none": { config: macvlan({ master: "uplink", mode: "sideways" }) },
  "macvlan with an MTU above its master's": { config: macvlan({ master: "uplink", mtu: 9000 }) },
  "ptp, an interface that is there": {
    config: network({ type: "ptp", ipam: hostLocal(V4) }),
    prepareContainer: FOREIGN,
  },
  "ptp without IPAM": { config: network({ type: "ptp" }) },
  "portmap before all others": {
    ...portmap({}, PORT),
    config: network({ type: "portmap", capabilities: { portMappings: true } }),
  },
  "a host port out of range": portmap({}, { ...PORT, hostPort: 70_000 }),
  "a container port that is 0": portmap({}, { ...PORT, containerPort: 0 }),
  "a protocol that is none": portmap({}, { ...PORT, protocol: "icmp" }),
  "a mark out of range": portmap({ markMasqBit: 40 }, PORT),
  "a mark and a chain": portmap({ markMasqBit: 5, externalSetMarkChain: "ELSEWHERE" }, PORT),
  "ports that are no list": {
    ...chained({ type: "portmap", capabilities: { portMappings: true } }),
    capabilityArgs: () => ({ portMappings: "all" }),
  },
  "a firewall's policy that is none": chained({ type: "firewall", ingressPolicy: "none-of-these" }),
  "firewall before all others": { config: network({ type: "firewall" }) },
  "a rate without its burst": chained({ type: "bandwidth", ingressRate: 1000 }),
  "a burst without its rate": chained({ type: "bandwidth", egressBurst: 1000 }),
  "a burst beyond bounds": chained({ type: "bandwidth", ingressRate: 1000, ingressBurst: 2 ** 33 * 8 }),
  "a rate that is negative": chained({ type: "bandwidth", ingressRate: -1, ingressBurst: 1000 }),
  "a sysctl that is not of the network": chained({ type: "tuning", sysctl: { "kernel.hostname": "x" } }),
  "a sysctl that is not there": chained({ type: "tuning", sysctl: { "net.ipv4.not_there": "1" } }),
  "a sysctl of another directory": chained({ type: "tuning", sysctl: { "net/../kernel/hostname": "x" } }),
  "a hardware address that is none": chained({ type: "tuning", mac: "0a:58" }),
  "an MTU that the kernel refuses": chained({ type: "tuning", mtu: 10 }),
  "tuning before all others": { config: network({ type: "tuning", mtu: 1400 }) },
  "loopback without a namespace": { config: network({ type: "loopback" }), netns: "/run/cni/not-there", ifName: "lo" },
  "the last of a chain": {
    config: network(
      { ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, "fd61::/64") },
      { type: "portmap", capabilities: { portMappings: true } },
      { type: "firewall" },
      { type: "bandwidth", ingressRate: 80_000_000, ingressBurst: 8_000_000 },
      { type: "tuning", sysctl: { "net.ipv4.not_there": "1" } },
    ),
    capabilityArgs: () => ({ portMappings: [PORT] }),
    isLate: true,
  },
};

test("what is refused", async (t) => {
  const pair = await Pair.make(t);
  for (const [name, refusal] of Object.entries(REFUSALS)) {
    await t.test(name, async () => {
      try {
        await refuse(pair, refusal);
      } finally {
        await pair.reset();
      }
    });
  }
});

/** With the same code on both sides, and nothing changed by the built-in plugins. */
async function refuse(pair: Pair, refusal: Refusal): Promise<void> {
  const { config, first, netns } = refusal;
  const [expected, actual] = await pair.each(async (world, side) => {
    if (refusal.prepare) await world.runIn(world.host, "sh", "-ec", refusal.prepare);
    if (first !== undefined) {
      await world.makeContainer("c1");
      const conf = { containerId: "c1", netns: world.pin("c1"), ifName: "eth0" };
      given(await world.call({ side, verb: "ADD", config: first, conf }));
    }
    await world.makeContainer("c2");
    const before = await look(world);
    if (refusal.prepareContainer) await world.runIn(world.pin("c2"), "sh", "-ec", refusal.prepareContainer);
    const conf = runtimeConf(refusal, netns ?? world.pin("c2"), "c2");
    const answer = await world.call({ side, verb: "ADD", config, conf });
    assert.ok("failed" in answer, `${side}: it has worked`);
    if (side === "built-in" && !refusal.isLate) {
      await settled("nothing has changed", async () => ({ actual: await look(world), expected: before }));
    }
    return answer;
  });
  assert.deepEqual(actual?.failed, refusal.ours ?? expected?.failed, `${actual?.message}\n${expected?.message}`);
  if (refusal.isLate) await pair.same("what is left", async (world) => withoutLocalnet(await look(world)));
}

interface Look extends Observation {
  readonly firewall: readonly string[];
}

/** Without what a store of addresses remembers of one that it gave out and took back. */
async function look(world: World): Promise<Look> {
  const { files, ...rest } = await observe(world);
  const leases = Object.entries(files).filter(([path]) => !/\/(?:lock|last_reserved_ip\.\d+)$/.test(path));
  return { ...rest, files: Object.fromEntries(leases), firewall: (await firewallState(world)).owners };
}

/** The reference portmap switches it on before it finds that it cannot go on; once on, it stays. */
function withoutLocalnet({ host, ...rest }: Look): Look {
  const sysctls = Object.entries(host.sysctls).filter(([key]) => !key.endsWith("route_localnet"));
  return { ...rest, host: { ...host, sysctls: Object.fromEntries(sysctls) } };
}
