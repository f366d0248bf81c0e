import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Agent } from "./agent.ts";
import { aFramework, aTask } from "./testing/fixtures.ts";
import { Rig } from "./testing/rig.ts";

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

async function finish(rig: Rig, taskId: string, frameworkId: string): Promise<string> {
  const before = rig.master.updates.length;
  rig.master.run(aFramework({ id: { value: frameworkId } }), aTask(taskId));
  await rig.until(() => rig.master.updates.length === before + 2);
  const container = [...rig.kernel.containers].find(([, { config }]) => config.directory.includes(`/${taskId}/`));
  const [id, { config }] = container!;
  rig.kernel.exit(id, { status: 0 });
  await rig.until(() => rig.master.updates.length === before + 3);
  return config.directory;
}

test("a sandbox goes when its time has come, with the empty directories above it; living ones stay", async () => {
  await using rig = await Rig.create();
  rig.config = { gcDelayMs: 10 * DAY };
  rig.master.pingTimeoutSeconds = 1e9;
  const agent = await rig.start();
  const first = await finish(rig, "a", "M-0000");
  await rig.settleUntil(() => agent.completedFrameworks.length === 1);
  await rig.clock.advance(9 * DAY);
  const second = await finish(rig, "a", "M-0000");
  rig.master.run(aFramework({ id: { value: "M-0001" } }), aTask("living"));
  await rig.until(() => rig.master.states.at(-1) === "RUNNING");
  const living = rig.kernel.containers.get(rig.kernel.only)!.config.directory;

  // in small steps: time does not wait for the disk
  await rig.settleUntil(() => !existsSync(first), HOUR);
  assert.ok(rig.clock.now() - Date.UTC(2026, 0, 1) >= 10 * DAY);
  assert.ok(existsSync(second));
  assert.ok(existsSync(join(second, "../latest")));
  await rig.settleUntil(() => !existsSync(second), DAY / 2);
  await rig.settleUntil(() => !existsSync(join(rig.workDir, "slaves/M-S0/frameworks/M-0000")), DAY / 2);
  await rig.settleUntil(() => agent.metrics().get("gc/path_removals_succeeded") === 2, DAY / 2);
  await rig.clock.advance(100 * DAY);
  assert.ok(existsSync(join(living, "stdout")));
});

test("a restart forgets no sandbox, also not that of an agent of another id", async () => {
  await using rig = await Rig.create();
  rig.config = { gcDelayMs: DAY };
  const agent = await rig.start();
  const sandbox = await finish(rig, "a", "M-0000");
  await rig.settleUntil(() => agent.completedFrameworks.length === 1);
  let stopped = false;
  void agent.stop({ endTasks: true }).then(() => {
    stopped = true;
  });
  await rig.settleUntil(() => stopped);
  rig.master.agentId = "M-S1";
  await rig.start();
  assert.ok(existsSync(sandbox));
  await rig.settleUntil(() => !existsSync(sandbox), DAY / 10);
});

test("sandboxes that wait for their time are counted, at once and after a restart", async () => {
  await using rig = await Rig.create();
  const pending = (agent: Agent) => agent.metrics().get("gc/path_removals_pending");
  const agent = await rig.start();
  await finish(rig, "a", "M-0000");
  await rig.settleUntil(() => pending(agent) === 1, 0);
  const next = await rig.restart();
  await rig.settleUntil(() => pending(next) === 1, 0);
});

test("a stop does not wait for a sandbox whose removal takes long", async () => {
  await using rig = await Rig.create();
  rig.config = { gcDelayMs: 0 };
  let removing = false;
  rig.removeTree = () => {
    removing = true;
    return new Promise(() => {});
  };
  const agent = await rig.start();
  await finish(rig, "a", "M-0000");
  await rig.settleUntil(() => removing);
  let stopped = false;
  void agent.stop({ endTasks: false }).then(() => {
    stopped = true;
  });
  await rig.settleUntil(() => stopped);
});

test("a removal that fails is counted, and tried again", async () => {
  await using rig = await Rig.create();
  rig.config = { gcDelayMs: DAY };
  rig.removeTree = () => Promise.reject(new Error("it holds a mount"));
  const agent = await rig.start();
  const sandbox = await finish(rig, "a", "M-0000");
  await rig.settleUntil(() => (agent.metrics().get("gc/path_removals_failed") ?? 0) > 1, DAY / 10);
  assert.ok(existsSync(sandbox));
});
