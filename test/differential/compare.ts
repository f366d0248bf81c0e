import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { JsonObject, JsonValue, RuntimeConf } from "@fairlead/cni";
import { normaliseResult } from "./normalise-result.ts";
import { type Observation, observe } from "./observe.ts";
import { type PortMapping, reach } from "./reach.ts";
import type { Side, VerbAnswer } from "./verbs.ts";
import { World } from "./world.ts";

/** A network as an operator writes it, and what its containers ask for. */
export interface Scenario {
  readonly config: JsonObject;
  /** Done on the host before the first ADD, by `sh`. */
  readonly prepare?: string;
  /** Done in a container before its ADD. */
  readonly prepareContainer?: string;
  /** Written below the directory that stands for the root of the host. */
  readonly files?: Readonly<Record<string, string>>;
  /** Default two, `c1` and `c2`. */
  readonly ids?: readonly string[];
  /** Default `eth0`. */
  readonly ifName?: string;
  readonly capabilityArgs?: (containerId: string) => Readonly<Record<string, JsonValue>>;
  readonly args?: (containerId: string) => readonly (readonly [string, string])[];
  /** The CHECK of the reference finds a fault where there is none. */
  readonly referenceCheckFails?: RegExp;
  /** What differs and is meant to, taken out of an observation of either side. */
  readonly without?: (observation: Observation) => Observation;
}

/** Kernel and plugins may still be busy with what a DEL has begun. */
const SETTLE_MS = 5000;
const IDS: readonly string[] = ["c1", "c2"];

/** Looks until what is there is as expected, for a while. */
export async function settled<T>(
  what: string,
  look: () => Promise<{ readonly expected: T; readonly actual: T }>,
): Promise<void> {
  for (const until = Date.now() + SETTLE_MS; ; ) {
    const { expected, actual } = await look();
    if (isDeepStrictEqual(actual, expected)) return;
    if (Date.now() >= until) assert.deepEqual(actual, expected, what);
    await delay(50);
  }
}

export interface PairOptions {
  readonly sides?: readonly [Side, Side];
  /** How many namespaces are made ahead in each world. */
  readonly poolSize?: number;
}

/** Two worlds that are the same but for who runs the plugins in them: what the first gives is expected of the second. */
export class Pair {
  readonly #worlds: readonly (readonly [World, Side])[];

  private constructor(worlds: readonly (readonly [World, Side])[]) {
    this.#worlds = worlds;
  }

  static async make(
    t: TestContext,
    { sides = ["reference", "built-in"], poolSize = 0 }: PairOptions = {},
  ): Promise<Pair> {
    return new Pair(await Promise.all(sides.map(async (side) => [await World.make(t, { poolSize }), side] as const)));
  }

  /** What both give, which must be the same. */
  async same<T>(what: string, look: (world: World, side: Side) => Promise<T>): Promise<void> {
    await settled(what, async () => {
      const [expected, actual] = await this.each(look);
      return { expected, actual };
    });
  }

  async each<T>(act: (world: World, side: Side) => Promise<T>): Promise<T[]> {
    return await Promise.all(this.#worlds.map(([world, side]) => act(world, side)));
  }

  async reset(): Promise<void> {
    await this.each((world) => world.reset());
  }
}

/** The life of two containers in a network, the same on both sides at every step. */
export async function compare(pair: Pair, scenario: Scenario): Promise<void> {
  const { config, ids = IDS, files = {}, without = (observation) => observation } = scenario;
  const macs = new Set(JSON.stringify([config, ids.map((id) => runtimeConf(scenario, "", id))]).match(MAC) ?? []);
  const results = new Map<World, Map<string, JsonObject>>();
  const resultsOf = (world: World) => results.get(world) ?? new Map<string, JsonObject>();
  const looked = async (world: World, hasAllSysctls = false) => {
    return without(await observe(world, { macs, hasAllSysctls }));
  };
  const conf = (world: World, id: string) => runtimeConf(scenario, world.pin(id), id);

  await pair.each(async (world) => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(world.directory, path), text);
    if (scenario.prepare) await world.runIn(world.host, "sh", "-ec", scenario.prepare);
    for (const id of ids) {
      await world.makeContainer(id);
      if (scenario.prepareContainer) await world.runIn(world.pin(id), "sh", "-ec", scenario.prepareContainer);
    }
  });
  const add = async (world: World, side: Side, id: string): Promise<JsonObject> => {
    const result = given(await world.call({ side, verb: "ADD", config, conf: conf(world, id) }));
    results.set(world, resultsOf(world).set(id, result));
    return result;
  };
  const del = async (world: World, side: Side, conf: RuntimeConf) => {
    const prevResult = resultsOf(world).get(conf.containerId);
    given(await world.call({ side, verb: "DEL", config, conf, prevResult }), true);
  };

  const check = async (world: World, side: Side, conf: RuntimeConf) => {
    if (config.cniVersion === "0.2.0" || config.cniVersion === "0.3.1") return;
    const prevResult = resultsOf(world).get(conf.containerId)!;
    const answer = await world.call({ side, verb: "CHECK", config, conf, prevResult });
    if (side === "reference" && scenario.referenceCheckFails) {
      assert.match("message" in answer ? answer.message : "passed", scenario.referenceCheckFails);
    } else {
      assert.deepEqual(given(answer), { outcome: config.disableCheck ? "disabled" : "done" });
    }
  };

  for (const id of ids) {
    const [expected, actual] = await pair.each(async (world, side) => {
      return await normaliseResult(world, id, await add(world, side, id));
    });
    assert.deepEqual(actual, expected, `the result of ${id}`);
    // each before the next ADD: the reference bridge's CHECK wants the bridge's hardware address, which a further port may change
    await pair.each((world, side) => check(world, side, conf(world, id)));
  }
  await pair.same("with two containers", (world) => looked(world, true));
  await pair.same("who reaches whom", async (world) => {
    return await reach(world, { results: resultsOf(world), portMappings: mappingsOf(scenario, ids) });
  });
  // twice: a DEL may be repeated
  for (const _ of ["once", "twice"]) await pair.each((world, side) => del(world, side, conf(world, "c1")));
  await pair.same("without c1", (world) => looked(world));
  for (const id of ids.slice(1)) {
    if (/ipMasq|portmap|firewall/.test(JSON.stringify(config))) {
      await pair.same(`${id} is reached while c1 has gone`, async (world) => {
        const rest = new Map([...resultsOf(world)].filter(([other]) => other !== "c1"));
        return await reach(world, { results: rest, portMappings: mappingsOf(scenario, [id]) });
      });
    }
    await pair.each(async (world, side) => {
      // as after a crash: the namespace goes first
      await world.removeContainer(id);
      await del(world, side, { ...conf(world, id), netns: undefined });
    });
    await pair.same(`without ${id}`, (world) => looked(world));
  }
}

export function runtimeConf(scenario: Scenario, netns: string, containerId: string): RuntimeConf {
  return {
    containerId,
    netns,
    ifName: scenario.ifName ?? "eth0",
    ...(scenario.args ? { args: scenario.args(containerId) } : {}),
    ...(scenario.capabilityArgs ? { capabilityArgs: scenario.capabilityArgs(containerId) } : {}),
  };
}

/** What a call gave; it must not have failed. */
export function given(answer: VerbAnswer, mayBeNothing = false): JsonObject {
  if ("failed" in answer) assert.fail(`${JSON.stringify(answer.failed)}: ${answer.message}`);
  assert.ok(mayBeNothing || answer.result !== undefined);
  return answer.result ?? {};
}

/** Where a namespace has gone before DEL, the reference `tuning` leaves the file that holds what it was to restore there. */
export function withoutTuningOfC2(seen: Observation): Observation {
  const isStale = (path: string) => path.startsWith("run/cni/tuning/c2") && seen.containers.c2 === undefined;
  return { ...seen, files: Object.fromEntries(Object.entries(seen.files).filter(([path]) => !isStale(path))) };
}

export function mappingsOf({ capabilityArgs }: Scenario, ids: readonly string[]): PortMapping[] {
  // a scenario's own list
  return ids.flatMap((id) => (capabilityArgs?.(id).portMappings ?? []) as unknown as PortMapping[]);
}

const MAC = /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g;
