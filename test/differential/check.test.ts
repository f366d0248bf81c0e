import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Life } from "./life.ts";
import { BRIDGE, fullChain, hostLocal, network, ports, V4, V6 } from "./networks.ts";
import { Pair } from "./pair.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

/** What happens to an attachment behind the back of its plugins, by `sh`: in the container, on the host, or in the directory of the world. */
interface Damage {
  readonly inside?: string;
  readonly onHost?: string;
  readonly inFiles?: string;
  /** The reference plugins do not look at it. */
  readonly isSeenByUsOnly?: boolean;
}

/** The host's end of the only container. */
const VETH = "$(ip -o link show type veth | sed -n 's/^[0-9]*: \\(veth[0-9a-f]*\\)@.*/\\1/p')";
const EVERYWHERE: Readonly<Record<string, Damage>> = {
  "the address has gone": { inside: "ip address del 10.61.0.2/24 dev eth0" },
  "the default route has gone": { inside: "ip route del default" },
  "the link is down": { inside: "ip link set eth0 down" },
  "the link has gone": { inside: "ip link del eth0" },
  "the lease has gone": { inFiles: "rm var-lib/cni/networks/one/10.61.0.2" },
  "the lease is another's": { inFiles: "printf 'other\\r\\neth0' >var-lib/cni/networks/one/10.61.0.2" },
};

const CASES: readonly (readonly [string, Scenario, Readonly<Record<string, Damage>>])[] = [
  [
    "bridge",
    { config: network({ ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, V6) }) },
    {
      ...EVERYWHERE,
      // one lease of the container is enough for the reference, and for the built-in
      "the lease has gone": { inFiles: "rm var-lib/cni/networks/one/10.61.0.2 var-lib/cni/networks/one/fd61::2" },
      "the lease is another's": {
        inFiles:
          "for lease in var-lib/cni/networks/one/*[.:]*:*2 var-lib/cni/networks/one/10.*; do printf 'other\\r\\neth0' >$lease; done",
      },
      "the second address has gone": { inside: "ip address del fd61::2/64 dev eth0" },
      "the hardware address is another": { inside: "ip link set eth0 address 0a:58:0a:3d:00:77" },
      "the link is of another kind": { inside: "ip link del eth0; ip link add eth0 type ifb" },
      "the bridge has gone": { onHost: "ip link del br-one" },
      "the host's end has gone from its bridge": { onHost: `ip link set ${VETH} nomaster` },
      "the masquerading has gone": { onHost: "nft flush ruleset", isSeenByUsOnly: true },
    },
  ],
  ["ptp", { config: network({ type: "ptp", ipam: hostLocal(V4) }) }, EVERYWHERE],
  [
    "macvlan",
    { config: network({ type: "macvlan", master: "uplink", ipam: hostLocal(V4) }) },
    { ...EVERYWHERE, "the mode is another": { inside: "ip link set eth0 type macvlan mode private" } },
  ],
  [
    "chained",
    {
      config: network(
        { ...BRIDGE, ipam: hostLocal(V4) },
        { type: "firewall" },
        {
          type: "bandwidth",
          ingressRate: 80_000_000,
          ingressBurst: 8_000_000,
          egressRate: 80_000_000,
          egressBurst: 8_000_000,
        },
        { type: "tuning", sysctl: { "net.ipv4.conf.eth0.arp_filter": "1" }, mtu: 1400 },
      ),
    },
    {
      "the firewall's rules have gone": { onHost: "nft flush ruleset" },
      "the limit has gone": { onHost: `tc qdisc del dev ${VETH} root`, isSeenByUsOnly: true },
      "the other limit has gone": { onHost: "ip link del $(ip -o link show type ifb | cut -d: -f2)" },
      "the sysctl is another": { inside: "sysctl -q net.ipv4.conf.eth0.arp_filter=0" },
      "the MTU is another": { inside: "ip link set eth0 mtu 1300" },
    },
  ],
  [
    "portmap",
    { config: fullChain(), capabilityArgs: ports },
    // the CHECK of the reference fails always
    { "the mapping has gone": { onHost: "nft flush ruleset" } },
  ],
];

test("CHECK", async (t) => {
  const pair = await Pair.make(t);
  for (const [name, scenario, damages] of CASES) {
    for (const [what, damage] of Object.entries(damages)) {
      await t.test(`${name}: ${what}`, async () => {
        try {
          await check(pair, scenario, damage);
        } finally {
          await pair.reset();
        }
      });
    }
  }
});

async function check(pair: Pair, scenario: Scenario, damage: Damage): Promise<void> {
  const [expected, actual] = await pair.each(async (world, side) => {
    const life = new Life(world, scenario, side, side);
    await life.add("c1");
    const before = await life.check("c1");
    await inflict(world, damage);
    return { before, after: await life.check("c1") };
  });
  assert.deepEqual(actual?.before, { result: { outcome: "done" } });
  assert.ok(
    actual && "failed" in actual.after,
    `nothing is noticed; the reference: ${JSON.stringify(expected?.after)}`,
  );
  if (damage.isSeenByUsOnly) {
    assert.deepEqual(expected?.after, { result: { outcome: "done" } });
  } else {
    assert.ok(expected && "failed" in expected.after, "the reference notices nothing");
    assert.deepEqual(actual.after.failed, expected.after.failed, `${actual.after.message}\n${expected.after.message}`);
  }
}

async function inflict(world: World, { inside, onHost, inFiles }: Damage): Promise<void> {
  if (inside) await world.runIn(world.pin("c1"), "sh", "-ec", inside);
  if (onHost) await world.runIn(world.host, "sh", "-ec", onHost);
  if (inFiles) await world.runIn(world.host, "sh", "-ec", `cd ${world.directory}; ${inFiles}`);
}
