import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { firewallState } from "./firewall-state.ts";
import { Life } from "./life.ts";
import { normaliseResult } from "./normalise-result.ts";
import { observe } from "./observe.ts";
import type { Pair } from "./pair.ts";
import { runtimeConf, type Scenario } from "./scenario.ts";
import type { Side } from "./verbs.ts";
import type { World } from "./world.ts";

const IDS: readonly string[] = ["c1", "c2"];
const MAC = /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g;

/** The life of two containers in a network, the same on both sides at every step. */
export async function compare(pair: Pair, scenario: Scenario): Promise<void> {
  const { config, ids = IDS, without = (observation) => observation } = scenario;
  const macs = new Set(JSON.stringify([config, ids.map((id) => runtimeConf(scenario, "", id))]).match(MAC) ?? []);
  const look = async ({ world }: Life, hasAllSysctls = false) => {
    return without(await observe(world, { macs, hasAllSysctls }));
  };
  const lives = new Map<World, Life>();
  // made for every world below
  const each = <T>(act: (life: Life, side: Side) => Promise<T>) => {
    return pair.each((world, side) => act(lives.get(world)!, side));
  };
  const same = (what: string, see: (life: Life) => Promise<unknown>) => {
    return pair.same(what, (world) => see(lives.get(world)!));
  };

  await pair.each(async (world, side) => {
    lives.set(world, new Life(world, scenario, side, side));
    await prepare(world, scenario, ids);
  });
  for (const id of ids) {
    const [expected, actual] = await each(async (life) => await normaliseResult(life.world, id, await life.add(id)));
    assert.deepEqual(actual, expected, `the result of ${id}`);
    // each before the next ADD: the reference bridge's CHECK wants the bridge's hardware address, which a further port may change
    await each((life, side) => check(life, side, scenario, id));
  }
  await same("with all containers", (life) => look(life, true));
  await same("who reaches whom", (life) => life.reached(...ids));
  // twice: a DEL may be repeated
  for (const _ of ["once", "twice"]) await each((life) => life.del("c1"));
  await same("without c1", (life) => look(life));
  for (const id of ids.slice(1)) {
    if (/ipMasq|portmap|firewall/.test(JSON.stringify(config))) {
      await same(`${id} is reached while c1 has gone`, (life) => life.reached(id));
    }
    // as after a crash: the namespace goes first
    await each((life) => life.world.removeContainer(id));
    await each((life) => life.del(id, { netns: undefined }));
    await same(`without ${id}`, (life) => look(life));
  }
  await each(async ({ world }) => assert.deepEqual((await firewallState(world)).owners, []));
}

async function prepare(world: World, scenario: Scenario, ids: readonly string[]): Promise<void> {
  for (const [path, text] of Object.entries(scenario.files ?? {})) writeFileSync(join(world.directory, path), text);
  if (scenario.prepare) await world.runIn(world.host, "sh", "-ec", scenario.prepare);
  for (const id of ids) {
    await world.makeContainer(id);
    if (scenario.prepareContainer) await world.runIn(world.pin(id), "sh", "-ec", scenario.prepareContainer);
  }
}

async function check(life: Life, side: Side, { config, referenceCheckFails }: Scenario, id: string): Promise<void> {
  const answer = await life.check(id);
  if (side === "reference" && referenceCheckFails) {
    assert.match("message" in answer ? answer.message : "it has passed", referenceCheckFails);
    return;
  }
  const isKnown = config.cniVersion !== "0.2.0" && config.cniVersion !== "0.3.1";
  const asked = config.disableCheck ? "disabled" : "done";
  assert.deepEqual(answer, { result: { outcome: isKnown ? asked : "unsupported" } });
}
