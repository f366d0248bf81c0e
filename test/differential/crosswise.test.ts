import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { firewallState } from "./firewall-state.ts";
import { Life } from "./life.ts";
import { BRIDGE, fullChain, hostLocal, network, ports, V4, V6 } from "./networks.ts";
import { observe } from "./observe.ts";
import { type Scenario, withoutTuningOfC2 } from "./scenario.ts";
import { settled } from "./settled.ts";
import type { Side } from "./verbs.ts";
import { UPLINK, World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "bridge, ipMasq": { config: network({ ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, V6) }) },
  "ptp, ipMasq": { config: network({ type: "ptp", ipMasq: true, ipam: hostLocal(V4) }) },
  macvlan: { config: network({ type: "macvlan", master: UPLINK, ipam: hostLocal("192.0.2.0/24") }) },
  "a single plugin of version 0.3.1": {
    config: { cniVersion: "0.3.1", name: "one", ...BRIDGE, ipMasq: true, ipam: hostLocal(V4) },
  },
  "tuning of what it has to take back": {
    config: network({ ...BRIDGE, ipam: hostLocal(V4) }, { type: "tuning", mtu: 1400, promisc: true }),
    without: withoutTuningOfC2,
  },
  "all chained plugins": { config: fullChain(), capabilityArgs: ports },
};

test("crosswise", async (t) => {
  const worlds = await Promise.all([World.make(t), World.make(t)]);
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    for (const [adder, deleter] of [
      ["reference", "built-in"],
      ["built-in", "reference"],
    ] as const) {
      await t.test(`ADD by the ${adder}, DEL by the ${deleter}: ${name}`, async () => {
        try {
          await cross(worlds, scenario, adder, deleter);
        } finally {
          await Promise.all(worlds.map((world) => world.reset()));
        }
      });
    }
  }
});

/** What both leave is compared with what the reference plugins alone would have left, the firewall included. */
async function cross(worlds: readonly [World, World], scenario: Scenario, adder: Side, deleter: Side): Promise<void> {
  const lives = [
    new Life(worlds[0], scenario, "reference", "reference"),
    new Life(worlds[1], scenario, adder, deleter),
  ] as const;
  const both = <T>(act: (life: Life) => Promise<T>) => Promise.all([act(lives[0]), act(lives[1])]);
  const same = async <T>(what: string, look: (life: Life) => Promise<T>): Promise<void> => {
    await settled(what, async () => {
      const [expected, actual] = await both(look);
      return { expected, actual };
    });
  };
  const look = async ({ world }: Life) => (scenario.without ?? ((seen) => seen))(await observe(world));
  await both((life) => life.add("c1"));
  await both((life) => life.add("c2"));
  // both live: whoever has added them, GC leaves them alone
  await lives[1].collect(["c1", "c2"]);
  await same("with both", look);
  await both((life) => life.del("c1"));
  await same("without c1", look);
  await same("c2 goes on", (life) => life.reached("c2"));
  // an address and ports that were given back are had again, whoever gave them back
  await both((life) => life.add("c1"));
  await same("with c1 again", look);
  await same("both are reached", (life) => life.reached("c1", "c2"));
  await both((life) => life.del("c1"));
  await both(({ world }) => world.removeContainer("c2"));
  await both((life) => life.del("c2", { netns: undefined }));
  await same("without both", look);
  const crossed = lives[1];
  if (deleter === "built-in") {
    // more than the reference can do: it leaves the masquerading of a container whose namespace has gone
    assert.deepEqual((await firewallState(crossed.world)).iptables, []);
  } else {
    // the reference cannot know elements of ours
    await crossed.collect([]);
  }
  assert.deepEqual((await firewallState(crossed.world)).owners, []);
}
