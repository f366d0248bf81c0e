import assert from "node:assert/strict";
import { readlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  FrameworkInfo_Capability_Type,
  parseFrameworkId,
  parseResources,
  parseTaskId,
  TaskState,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import { createMemoryStore } from "../../base/store/memory-store.ts";
import { Doom } from "../testing/doom.ts";
import { aFramework, aTask, FRAMEWORK, graceOf } from "../testing/fixtures.ts";
import { Rig } from "../testing/rig.ts";

const framework = aFramework();
const SECOND = 1000;

/** A rig whose agent has a running task. */
async function running(task: Parameters<typeof aTask>[1] = {}, info = framework): Promise<Rig> {
  const rig = await Rig.create();
  await rig.start();
  rig.master.run(info, aTask("t", task));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  await rig.clock.advance(0);
  return rig;
}

test("a task runs on over the agent's restart; its end is reported as it was", async () => {
  await using rig = await running();
  const before = rig.kernel.only;
  const agent = await rig.restart();
  assert.equal(rig.kernel.only, before);
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
  assert.equal(agent.id, "M-S0");
  const register = rig.master.registrations.at(-1);
  assert.equal(register?.agentInfo?.id?.value, "M-S0");
  assert.deepEqual(
    register?.tasks.map(({ taskId, state, statuses }) => [taskId?.value, state, statuses.length]),
    [["t", TaskState.TASK_RUNNING, 2]],
  );
  // what was told of it before is not known for sure: a master that asks is to take the task's own state
  assert.equal(Object.hasOwn(register!.tasks[0]!, "statusUpdateState"), false);
  assert.deepEqual(
    register?.frameworks.map(({ id, checkpoint }) => [id?.value, checkpoint]),
    [[FRAMEWORK, true]],
  );
  rig.kernel.exit(rig.kernel.only, { status: 3 << 8 });
  await rig.until(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "FAILED"]);
  assert.equal(rig.master.last.message, "Command exited with status 3");
  assert.equal(rig.master.last.containerStatus?.containerId?.value, before);
  assert.deepEqual(await rig.checkpointKeys(), []);
});

test("what ended while no agent was there is reported as it was", async () => {
  await using rig = await running();
  rig.crash();
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.start();
  await rig.until(() => rig.master.states.includes("FINISHED"));
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "FINISHED"]);
});

test("a container that vanished while no agent was there fails its task", async () => {
  await using rig = await running();
  rig.crash();
  rig.kernel.containers.clear();
  await rig.start();
  await rig.until(() => rig.master.states.includes("FAILED"));
  assert.equal(rig.master.last.reason, TaskStatus_Reason.EXECUTOR_TERMINATED);
  assert.equal(rig.master.last.message, "Abnormal executor termination: unknown container");
});

test("updates that were not acknowledged are sent again, in order, with their ids", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.acknowledging = false;
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.kernel.log.includes("start"));
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => rig.kernel.log.includes("destroy"));
  const [first] = rig.master.updates;
  rig.master.acknowledging = true;
  await rig.restart();
  await rig.settleUntil(() => rig.master.states.includes("FINISHED"));
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "FINISHED"]);
  assert.deepEqual(rig.master.updates[1]?.uuid, first?.uuid);
  assert.equal(rig.master.latestStates[1], TaskState.TASK_FINISHED);
  assert.deepEqual(rig.kernel.log, ["launch", "start", "destroy"]);
});

test("tasks of frameworks without checkpoint are taken down, and not told of", async () => {
  await using rig = await running({}, aFramework({ checkpoint: false }));
  assert.deepEqual(await rig.checkpointKeys(), []);
  const agent = await rig.restart();
  assert.deepEqual(rig.kernel.log, ["launch", "start", "orphan destroyed"]);
  assert.deepEqual(rig.master.registrations.at(-1)?.tasks, []);
  assert.equal(agent.frameworks.size, 0);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING"]);
});

test("a launch that was cut short is cleaned and reported as never run", async () => {
  for (const [capabilities, state] of [
    [[{ type: FrameworkInfo_Capability_Type.PARTITION_AWARE }], "DROPPED"],
    [[], "LOST"],
  ] as const) {
    await using rig = await Rig.create();
    await rig.start();
    rig.diskError = (writes) => writes.some(({ bucket }) => bucket === "updates");
    rig.master.run(aFramework({ capabilities: [...capabilities] }), aTask("t"));
    await rig.until(() => rig.kernel.log.includes("launch"));
    rig.diskError = undefined;
    await rig.restart();
    await rig.until(() => rig.master.states.length > 0);
    assert.deepEqual(rig.master.states, [state]);
    assert.equal(rig.master.last.reason, TaskStatus_Reason.AGENT_RESTARTED);
    assert.equal(rig.master.last.containerStatus, undefined);
    assert.deepEqual(rig.kernel.log, ["launch", "orphan destroyed"]);
  }
});

test("a kill that was begun is finished by the next agent, with what was left of its grace period", async () => {
  await using rig = await running({ killPolicy: graceOf(30 * SECOND) });
  rig.kernel.onSignal = (id, signal) => {
    if (signal === 9) rig.kernel.exit(id, { status: 9 });
  };
  rig.master.kill(FRAMEWORK, "t");
  await rig.until(() => rig.kernel.log.includes("kill 15"));
  await rig.clock.advance(10 * SECOND);
  rig.crash();
  const agent = await rig.agent();
  await agent.start();
  await rig.until(() => rig.kernel.log.filter((line) => line === "kill 15").length === 2);
  await rig.clock.advance(20 * SECOND - 1);
  assert.equal(rig.kernel.log.includes("kill 9"), false);
  await rig.clock.advance(1);
  await rig.settleUntil(() => rig.master.states.includes("KILLED"));
});

test("a task that took its kill while no agent was there is KILLED", async () => {
  await using rig = await running(
    {},
    aFramework({ capabilities: [{ type: FrameworkInfo_Capability_Type.TASK_KILLING_STATE }] }),
  );
  rig.kernel.onSignal = () => {};
  rig.master.kill(FRAMEWORK, "t");
  await rig.until(() => rig.master.states.includes("KILLING"));
  await rig.clock.advance(0);
  rig.crash();
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.start();
  await rig.until(() => rig.master.states.includes("KILLED"));
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "KILLING", "KILLED"]);
});

test("max_completion_time counts on over a restart", async () => {
  await using rig = await running({ maxCompletionTime: { nanoseconds: 60_000_000_000n } });
  await rig.clock.advance(50 * SECOND);
  await rig.restart();
  await rig.clock.advance(5 * SECOND);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING"]);
  await rig.clock.advance(5 * SECOND);
  await rig.settleUntil(() => rig.master.states.includes("FAILED"));
  assert.equal(rig.master.last.reason, TaskStatus_Reason.MAX_COMPLETION_TIME_REACHED);
});

test("max_completion_time does not shorten the grace period of a kill, also not after a restart", async () => {
  await using rig = await running({
    maxCompletionTime: { nanoseconds: 60_000_000_000n },
    killPolicy: graceOf(3600 * SECOND),
  });
  rig.kernel.onSignal = () => {};
  rig.master.kill(FRAMEWORK, "t");
  await rig.until(() => rig.kernel.log.includes("kill 15"));
  await rig.restart();
  await rig.until(() => rig.kernel.log.filter((line) => line === "kill 15").length === 2);
  await rig.clock.advance(120 * SECOND);
  assert.equal(rig.kernel.log.includes("kill 9"), false);
});

test("after a reboot the tasks are gone, and the agent is the same", async () => {
  await using rig = await running();
  rig.crash();
  rig.kernel.reboot();
  rig.bootId = "boot-2";
  const agent = await rig.start();
  await rig.until(() => rig.master.states.includes("GONE"));
  assert.equal(rig.master.last.reason, TaskStatus_Reason.AGENT_RESTARTED);
  assert.equal(agent.id, "M-S0");
  await rig.until(() => agent.completedFrameworks.length === 1);
  await rig.restart();
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "GONE"]);
});

test("other resources than before are refused, and nothing happens to what runs", async () => {
  await using rig = await running();
  rig.crash();
  rig.config = { resources: parseResources("cpus:2;mem:4096;disk:1024;ports:[31000-32000]", { defaultRole: "*" }) };
  const agent = await rig.agent();
  await assert.rejects(agent.start(), {
    code: "AGENT_INCOMPATIBLE",
    message: /changed resources; .*meta\/slaves\/latest/,
  });
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
  rig.config = {};
  await rig.start();
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
});

test("other resources after a reboot make it a new agent", async () => {
  await using rig = await running();
  rig.crash();
  rig.kernel.reboot();
  rig.bootId = "boot-2";
  rig.config = { attributes: [], hostname: "other.example" };
  rig.master.agentId = "M-S1";
  const agent = await rig.start();
  assert.equal(agent.id, "M-S1");
  assert.equal(rig.master.registrations.at(-1)?.agentInfo?.id, undefined);
  assert.deepEqual(await rig.checkpointKeys(), []);
});

test("without the link to the latest agent it is a new one: what ran is taken down", async () => {
  await using rig = await running();
  rig.crash();
  await rm(join(rig.workDir, "meta/slaves/latest"));
  rig.master.agentId = "M-S1";
  const agent = await rig.start();
  assert.equal(agent.id, "M-S1");
  assert.deepEqual(rig.kernel.log, ["launch", "start", "orphan destroyed"]);
  assert.equal(await readlink(join(rig.workDir, "meta/slaves/latest")), join(rig.workDir, "meta/slaves/M-S1"));
});

test("a link to the latest agent that cannot be read refuses the start, and nothing happens to what runs", async () => {
  await using rig = await running();
  rig.crash();
  const link = join(rig.workDir, "meta/slaves/latest");
  await rm(link);
  await writeFile(link, "not a link");
  const agent = await rig.agent();
  await assert.rejects(agent.start(), { code: "STORE_FAILED", message: /meta\/slaves\/latest/ });
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
  assert.notDeepEqual(await rig.checkpointKeys(), []);
});

test("a checkpoint that is lost is rebuilt from the containers; none of them is ended", async () => {
  await using rig = await running();
  rig.master.run(aFramework({ id: { value: "M-0001" }, checkpoint: false }), aTask("volatile"));
  await rig.until(() => rig.kernel.starts.size === 2);
  rig.crash();
  rig.store = createMemoryStore();
  const agent = await rig.start();
  assert.equal(agent.id, "M-S0");
  assert.deepEqual(
    rig.kernel.log.filter((line) => line.includes("destroy")),
    ["orphan destroyed"],
  );
  const executor = [...(agent.frameworks.get(parseFrameworkId(FRAMEWORK))?.executors.values() ?? [])][0];
  await rig.until(() => executor?.tasks.get(parseTaskId("t"))?.state === TaskState.TASK_RUNNING);
  assert.equal(executor?.containerId, rig.kernel.only);
  assert.equal(rig.kernel.starts.get(rig.kernel.only), 1);
  assert.ok((agent.metrics().get("slave/recovery_errors") ?? 0) > 0);

  // and it is whole again: the next restart finds it on disk
  const next = await rig.restart();
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => next.completedFrameworks.length === 1);
  assert.equal(rig.master.states.at(-1), "FINISHED");
});

test("entries of the checkpoint that are not readable are left out", async () => {
  await using rig = await running();
  rig.crash();
  const rubbish = new Uint8Array([255, 255, 255]);
  await rig.store.apply([
    { bucket: "frameworks", key: "M-0007", value: rubbish },
    { bucket: "kills", key: "x", value: rubbish },
    { bucket: "updates", key: "no-slashes", value: rubbish },
    { bucket: "tasks", key: "M-0007/e/c/t", value: new Uint8Array() },
  ]);
  const agent = await rig.start();
  assert.equal(agent.metrics().get("slave/recovery_errors"), 4);
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => rig.master.states.includes("FINISHED"));
});

test("an unreadable record of the agent itself counts as lost", async () => {
  await using rig = await running();
  rig.crash();
  await rig.store.apply([{ bucket: "agent", key: "info", value: new Uint8Array([255, 255, 255]) }]);
  const agent = await rig.start();
  assert.equal(agent.id, "M-S0");
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
});

test("--recover=cleanup ends everything; the next agent reports it", async () => {
  await using rig = await running();
  rig.crash();
  rig.config = { recover: "cleanup" };
  const cleaner = await rig.agent();
  await cleaner.start();
  const end = await cleaner.end;
  assert.equal(end.why, "cleanup");
  await cleaner.stop({ endTasks: false });
  assert.equal(rig.kernel.containers.size, 0);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING"]);

  rig.config = {};
  await rig.start();
  await rig.until(() => rig.master.states.includes("KILLED"));
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "KILLED"]);
});

test("--recover=cleanup without anything to clean ends at once", async () => {
  await using rig = await Rig.create();
  rig.config = { recover: "cleanup" };
  const cleaner = await rig.agent(new Doom());
  await cleaner.start();
  assert.equal((await cleaner.end).why, "cleanup");
});
