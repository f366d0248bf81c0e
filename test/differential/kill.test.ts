import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { seededRandom } from "../chaos/seeded-random.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { runtimeConf, type Scenario, settled } from "./compare.ts";
import { firewallState } from "./firewall-state.ts";
import { Life } from "./life.ts";
import { fullChain, ports } from "./networks.ts";
import { type Observation, observe } from "./observe.ts";
import { World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

const KILLS = 20;

test("kill -9 in the middle of an ADD, then DEL by the next process: nothing is left", async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`SEED=${seed}`);
  const random = seededRandom(seed);
  const world = await World.make(t);
  const scenario: Scenario = { config: fullChain(), capabilityArgs: ports };
  const life = new Life(world, scenario, "built-in", "built-in");
  // what is made once for all stays: it is there before
  await life.add("c1");
  await life.del("c1");
  await world.makeContainer("c2");
  const begun = performance.now();
  await life.add("c2");
  const durationMs = performance.now() - begun;
  const before = await look(world);
  const reached = await life.reached("c2");

  const conf = runtimeConf(scenario, world.pin("c1"), "c1");
  const call = { side: "built-in", config: scenario.config } as const;
  let halfWay = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    // the thread is there before the call that is to be interrupted
    await life.check("c2");
    const afterMs = random() * durationMs;
    const isDone = await world.callAndKill({ ...call, verb: "ADD", conf }, afterMs);
    if (!isDone && !isDeepStrictEqual(await look(world), before)) halfWay++;
    // without what ADD gave, which nobody has; every other time without the namespace, too
    const hasGone = kill % 2 === 0;
    if (hasGone) await world.removeContainer("c1");
    const answer = await world.call({
      ...call,
      verb: "DEL",
      conf: { ...conf, netns: hasGone ? undefined : conf.netns },
    });
    if (hasGone) await world.makeContainer("c1");
    assert.ok(!("failed" in answer), JSON.stringify(answer));
    const what = `kill ${kill}, after ${afterMs.toFixed(2)} of ${durationMs.toFixed(2)} ms`;
    await settled(what, async () => ({ actual: await look(world), expected: before }));
  }
  t.diagnostic(`${halfWay} of ${KILLS} kills were in the middle`);
  assert.deepEqual(await life.reached("c2"), reached);
  // an address whose file nobody had come to write into
  await life.collect(["c2"]);
  assert.deepEqual(blankLeases(await observe(world)), []);
  await life.add("c1");
});

function blankLeases({ files }: Observation): string[] {
  return Object.keys(files).filter((path) => files[path] === "" && !path.endsWith("/lock"));
}

/**
 * Without what a store of addresses remembers of one that it gave out and took back, and the settings of the container itself, which tuning leaves as
 * they are.
 */
async function look(world: World): Promise<object> {
  const seen = await observe(world);
  const { files, containers, ...rest } = seen;
  const blank = new Set(blankLeases(seen));
  const leases = Object.entries(files).filter(([path]) => !/\/last_reserved_ip\.\d+$/.test(path) && !blank.has(path));
  const { c1, ...others } = containers;
  return { ...rest, containers: others, c1: c1?.links, files: leases, firewall: await firewallState(world) };
}
