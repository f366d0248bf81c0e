import assert from "node:assert/strict";
import { test } from "node:test";
import type { Agent } from "../agent.ts";
import { Doom } from "../testing/doom.ts";
import { aFramework, aTask, FRAMEWORK } from "../testing/fixtures.ts";
import { Rig } from "../testing/rig.ts";

/**
 * An agent does one thing after the other to the outside: the disk, its containers. Each of these tests cuts it at every one of them, before
 * the thing is done and after, starts it again, and looks at what the scheduler hears and what is left.
 */
const MORE_THAN_THERE_ARE = 1000;

/** Whether the scheduler hears the states of one life, in order, and the last one is an end; or nothing, if the task never reached the disk. */
function isOneLife(states: readonly string[], started: boolean): boolean {
  if (states.length === 0) return !started;
  return /^(STARTING )?(RUNNING )?(KILLING )?(FINISHED|KILLED|DROPPED)$/.test(states.join(" "));
}

async function eachCut(
  live: (rig: Rig, agent: Agent, doom: Doom) => Promise<void>,
  again: (rig: Rig) => void,
  check: (rig: Rig, started: boolean) => void,
): Promise<number> {
  let cuts = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 1; at < MORE_THAN_THERE_ARE; at++) {
      await using rig = await Rig.create();
      const doom = new Doom(at, when);
      const agent = await rig.agent(doom);
      void agent.start();
      await rig.settleUntil(() => doom.dead || agent.registered);
      if (!doom.dead) await live(rig, agent, doom);
      if (!doom.dead) break;
      cuts++;
      rig.crash();
      const next = await rig.start();
      again(rig);
      await rig.settleUntil(() => next.frameworks.size === 0);

      const name = `cut ${when} ${at}: ${rig.master.states}, ${rig.kernel.log}`;
      const started = rig.kernel.starts.size > 0;
      assert.ok(isOneLife(rig.master.states, started), name);
      assert.equal(rig.kernel.containers.size, 0, name);
      assert.deepEqual(await rig.checkpointKeys(), [], name);
      for (const starts of rig.kernel.starts.values()) assert.equal(starts, 1, name);
      check(rig, started);
    }
  }
  return cuts;
}

test("a task that ends by itself: its exit status is never lost, and it never runs twice", async () => {
  const cuts = await eachCut(
    async (rig, agent, doom) => {
      // whoever starts it, and whenever: it ends at once
      rig.kernel.onStart = (id) => rig.kernel.exit(id, { status: 0 });
      rig.master.run(aFramework(), aTask("t"));
      await rig.settleUntil(() => doom.dead || agent.completedFrameworks.length === 1);
    },
    () => {},
    (rig, started) => {
      if (started) assert.equal(rig.master.states.at(-1), "FINISHED");
    },
  );
  assert.ok(cuts >= 30, `only ${cuts} cuts`);
});

test("a task that is killed, and killed again after the restart as masters do: it is KILLED, or never ran", async () => {
  const kill = (rig: Rig) => rig.master.kill(FRAMEWORK, "t");
  const cuts = await eachCut(
    async (rig, agent, doom) => {
      rig.master.run(aFramework(), aTask("t"));
      await rig.settleUntil(() => doom.dead || rig.master.states.includes("RUNNING"));
      if (!doom.dead) kill(rig);
      await rig.settleUntil(() => doom.dead || agent.completedFrameworks.length === 1);
    },
    kill,
    (rig, started) => {
      if (started) assert.equal(rig.master.states.at(-1), "KILLED");
    },
  );
  assert.ok(cuts >= 30, `only ${cuts} cuts`);
});
