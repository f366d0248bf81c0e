import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { seededRandom } from "../chaos/seeded-random.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { firewallState } from "./firewall-state.ts";
import { Life } from "./life.ts";
import { fullChain, ports } from "./networks.ts";
import { type Observation, observe } from "./observe.ts";
import { runtimeConf, type Scenario } from "./scenario.ts";
import { settled } from "./settled.ts";
import { World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

const KILLS_OF_ADD = 20;
const KILLS_OF_DEL = 6;
const SCENARIO: Scenario = { config: fullChain(), capabilityArgs: ports };

test("kill -9 in the middle of an ADD or a DEL, then DEL by the next process: nothing is left", async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`SEED=${seed}`);
  const random = seededRandom(seed);
  const world = await World.make(t);
  const life = new Life(world, SCENARIO, "built-in", "built-in");
  for (const id of ["c1", "c2"]) await world.makeContainer(id);
  // what is made once for all stays: it is there before
  await life.add("c1");
  const delMs = await duration(() => life.del("c1"));
  const addMs = await duration(() => life.add("c2"));
  const before = await look(world);
  const reached = await life.reached("c2");

  let halfWay = 0;
  const kill = async (verb: "ADD" | "DEL", durationMs: number, hasGone: boolean) => {
    const conf = runtimeConf(SCENARIO, world.pin("c1"), "c1");
    const call = { side: "built-in", config: SCENARIO.config, conf } as const;
    const afterMs = random() * durationMs;
    if (verb === "DEL") await life.add("c1");
    // else the thread that is to be killed would have to be started first
    else await life.check("c2");
    const isDone = await world.callAndKill({ ...call, verb }, afterMs);
    if (!isDone && !isDeepStrictEqual(await look(world), before)) halfWay++;
    if (hasGone) await world.removeContainer("c1");
    // without what ADD gave, which nobody has
    const answer = await world.call({
      ...call,
      verb: "DEL",
      conf: { ...conf, netns: hasGone ? undefined : conf.netns },
    });
    assert.ok(!("failed" in answer), JSON.stringify(answer));
    if (hasGone) await world.makeContainer("c1");
    const what = `${verb} killed after ${afterMs.toFixed(2)} of ${durationMs.toFixed(2)} ms`;
    await settled(what, async () => ({ actual: await look(world), expected: before }));
  };
  for (let count = 0; count < KILLS_OF_ADD; count++) await kill("ADD", addMs, count % 2 === 0);
  for (let count = 0; count < KILLS_OF_DEL; count++) await kill("DEL", delMs, count % 2 === 0);
  t.diagnostic(`${halfWay} of ${KILLS_OF_ADD + KILLS_OF_DEL} kills were in the middle`);

  assert.deepEqual(await life.reached("c2"), reached);
  // an address whose file nobody had come to write into
  await life.collect(["c2"]);
  assert.deepEqual(blankLeases(await observe(world)), []);
  await life.add("c1");
  await life.del("c1");
  await settled("links that were to be deleted", async () => {
    return { actual: (await world.links()).filter((name) => name.startsWith("gone")), expected: [] };
  });
});

async function duration(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

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
