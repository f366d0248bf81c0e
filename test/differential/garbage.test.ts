import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { firewallState } from "./firewall-state.ts";
import { Life } from "./life.ts";
import { BRIDGE, fullChain, hostLocal, network, ports, V4, V6 } from "./networks.ts";
import { type Observation, observe } from "./observe.ts";
import type { Scenario } from "./scenario.ts";
import { settled } from "./settled.ts";
import { given } from "./verbs.ts";
import { World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

const NEWEST = { cniVersion: "1.1.0" };
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "bridge, ipMasq": { config: { ...network({ ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, V6) }), ...NEWEST } },
  "ptp, ipMasq": { config: { ...network({ type: "ptp", ipMasq: true, ipam: hostLocal(V4, V6) }), ...NEWEST } },
  macvlan: { config: { ...network({ type: "macvlan", master: "uplink", ipam: hostLocal(V4) }), ...NEWEST } },
  chain: { config: { ...fullChain(), ...NEWEST }, capabilityArgs: ports },
};

test("GC, by the built-in plugins", async (t) => {
  const world = await World.make(t);
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    for (const isThere of [true, false]) {
      await t.test(
        `${name}: what is dead goes, what lives stays; the namespace ${isThere ? "is still there" : "has gone"}`,
        async () => {
          try {
            await collect(world, name, scenario, isThere);
          } finally {
            await world.reset();
          }
        },
      );
    }
  }
});

async function collect(world: World, name: string, scenario: Scenario, isThere: boolean): Promise<void> {
  const life = new Life(world, scenario, "built-in", "built-in");
  const look = async () => ({ ...(await observe(world)), firewall: await firewallState(world) });
  await life.add("c2");
  await life.collect(["c2"]);
  const living = await look();
  const reached = await life.reached("c2");
  await life.add("c1");
  // it has lost its DEL
  if (isThere) await life.collect(["c1", "c2"]);
  else await world.removeContainer("c1");
  const before = await look();
  await life.collect(["c1", "c2"]);
  if (isThere) assert.deepEqual(await look(), before, "nothing is dead yet");
  await life.collect(["c2"]);
  await settled("as if c1 had never been", async () => {
    return { actual: withoutTraces(await look()), expected: withoutTraces(living) };
  });
  // The end in the container goes with the host's. A macvlan has none there: it cannot be found, and goes with its namespace.
  const isFound = name !== "macvlan";
  await settled("c1 has no interface", async () => {
    const links = isThere ? (await observe(world)).containers.c1?.links : {};
    return {
      actual: Object.keys(links ?? {}).filter((link) => link !== "lo"),
      expected: isThere && !isFound ? ["eth0"] : [],
    };
  });
  assert.deepEqual(await life.reached("c2"), reached);
  assert.deepEqual(await life.check("c2"), { result: { outcome: "done" } });
  if (isThere && isFound) await life.add("c1");
}

/** Without the container itself, and what a store of addresses remembers of one that it gave out and took back. */
function withoutTraces<T extends Observation>(seen: T): T {
  const { c1: _, ...containers } = seen.containers;
  const files = Object.fromEntries(Object.entries(seen.files).filter(([path]) => !path.includes("last_reserved_ip")));
  return { ...seen, files, containers };
}

test("STATUS, by the built-in plugins", async (t) => {
  const world = await World.make(t);
  for (const [name, { config }] of Object.entries(SCENARIOS)) {
    await t.test(name, async () => {
      try {
        const answer = await world.call({ side: "built-in", verb: "STATUS", config });
        assert.deepEqual(given(answer), { outcome: "done" });
      } finally {
        await world.reset();
      }
    });
  }

  await t.test("no address is left: not available", async () => {
    const one = [{ subnet: V4, rangeStart: "10.61.0.7", rangeEnd: "10.61.0.7" }];
    const config = { ...network({ ...BRIDGE, ipam: { type: "host-local", ranges: [one] } }), ...NEWEST };
    const life = new Life(world, { config }, "built-in", "built-in");
    await life.add("c1");
    const status = () => world.call({ side: "built-in", verb: "STATUS", config });
    const refused = await status();
    assert.deepEqual("failed" in refused && refused.failed, { code: "CNI_PLUGIN_FAILED", pluginCode: 50 });
    await life.del("c1");
    assert.deepEqual(given(await status()), { outcome: "done" });
    await world.reset();
  });

  await t.test("the master has gone: not available", async () => {
    const config = { ...network({ type: "macvlan", master: "absent", ipam: hostLocal(V4) }), ...NEWEST };
    const refused = await world.call({ side: "built-in", verb: "STATUS", config });
    assert.deepEqual("failed" in refused && refused.failed, { code: "CNI_PLUGIN_FAILED", pluginCode: 50 });
  });
});
