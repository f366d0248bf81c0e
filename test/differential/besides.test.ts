/** What operators do besides one network for each container. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Life } from "./life.ts";
import { BRIDGE, fullChain, hostLocal, network, ports, V4, V6 } from "./networks.ts";
import { observe } from "./observe.ts";
import { Pair } from "./pair.ts";
import type { Scenario } from "./scenario.ts";
import { given } from "./verbs.ts";
import { HOST, UPLINK, World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

const CHAIN: Scenario = { config: fullChain(), capabilityArgs: ports };

test("a container in three networks", async (t) => {
  const pair = await Pair.make(t);
  const scenarios: readonly Scenario[] = [
    { config: network({ ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, V6) }) },
    {
      config: {
        ...network({ type: "ptp", ipam: { type: "host-local", ranges: [[{ subnet: "10.62.0.0/24" }]] } }),
        name: "two",
      },
      ifName: "eth1",
    },
    {
      config: {
        ...network({
          type: "macvlan",
          master: UPLINK,
          ipam: { type: "host-local", ranges: [[{ subnet: "192.0.2.0/24", rangeStart: "192.0.2.100" }]] },
        }),
        name: "three",
      },
      ifName: "eth2",
    },
  ];
  const lives = new Map<World, Life[]>();
  await pair.each(async (world, side) => {
    const ofWorld = scenarios.map((scenario) => new Life(world, scenario, side, side));
    lives.set(world, ofWorld);
    for (const life of ofWorld) await life.add("c1");
    for (const life of ofWorld) assert.deepEqual(await life.check("c1"), { result: { outcome: "done" } });
  });
  await pair.same("all three", (world) => observe(world));
  for (const index of scenarios.keys()) {
    await pair.same(`reached in network ${index}`, async (world) => await lives.get(world)?.[index]?.reached("c1"));
  }
  await pair.each(async (world) => await lives.get(world)?.[0]?.del("c1"));
  await pair.same("the other two", (world) => observe(world));
  await pair.each(async (world) => {
    for (const life of lives.get(world)?.slice(1) ?? []) await life.del("c1");
  });
  await pair.same("none", (world) => observe(world));
});

test("further containers do not matter to CHECK, whose hardware address the bridge has by then", async (t) => {
  const world = await World.make(t);
  for (const isGateway of [true, false]) {
    const config = network({ ...BRIDGE, isGateway, ipam: hostLocal(V4) });
    const life = new Life(world, { config }, "built-in", "built-in");
    for (const id of ["c1", "c2", "c3", "c4", "c5", "c6"]) {
      await life.add(id);
      assert.deepEqual(await life.check("c1"), { result: { outcome: "done" } }, `${id}, isGateway ${isGateway}`);
    }
    await world.reset();
  }
});

test("CHECK by the built-in of what the reference has added", async (t) => {
  const world = await World.make(t);
  for (const config of [
    network({ ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, V6) }),
    network({ type: "ptp", ipMasq: true, ipam: hostLocal(V4) }),
    network({ type: "macvlan", master: UPLINK, ipam: hostLocal(V4) }),
    network(
      { ...BRIDGE, ipam: hostLocal(V4) },
      {
        type: "bandwidth",
        ingressRate: 80_000_000,
        ingressBurst: 8_000_000,
        egressRate: 80_000_000,
        egressBurst: 8_000_000,
      },
      { type: "tuning", mtu: 1400, sysctl: { "net.core.somaxconn": "500" } },
    ),
  ]) {
    await world.makeContainer("c1");
    const conf = { containerId: "c1", netns: world.pin("c1"), ifName: "eth0" };
    const prevResult = given(await world.call({ side: "reference", verb: "ADD", config, conf }));
    for (const side of ["reference", "built-in"] as const) {
      const answer = await world.call({ side, verb: "CHECK", config, conf, prevResult });
      assert.deepEqual(answer, { result: { outcome: "done" } }, JSON.stringify(config));
    }
    await world.reset();
  }
});

test("an operator flushes all rule sets: the next ADD works, and brings back what is made once for all", async (t) => {
  const world = await World.make(t);
  const life = new Life(world, CHAIN, "built-in", "built-in");
  await life.add("c1");
  const reached = await life.reached("c1");
  await life.add("c2");
  await world.runIn(world.host, "nft", "flush", "ruleset");
  await life.del("c1");
  await life.add("c1");
  assert.deepEqual(await life.reached("c1"), renumbered(reached, "10.61.0.2", "10.61.0.4", "fd61::2", "fd61::4"));
  await life.del("c2");
  await life.del("c1");
});

test("a mapped port at ::1: nobody answers, as with the reference: the kernel does not route what comes from there", async (t) => {
  const pair = await Pair.make(t);
  await pair.each(async (world, side) => {
    await new Life(world, CHAIN, side, side).add("c1");
    await world.inhabitants();
    const probe = { protocol: "tcp", address: "::1", port: 31_080 } as const;
    const answers = await world.residents.host.tryAll([probe, { ...probe, address: HOST.ip6 }]);
    assert.deepEqual(answers, ["silence", `c1 saw ${HOST.ip6}`], side);
  });
});

function renumbered(rows: Readonly<Record<string, string>>, ...pairs: readonly string[]): Record<string, string> {
  let text = JSON.stringify(rows);
  for (let index = 0; index < pairs.length; index += 2)
    text = text.replaceAll(pairs[index] ?? "", pairs[index + 1] ?? "");
  return JSON.parse(text);
}
