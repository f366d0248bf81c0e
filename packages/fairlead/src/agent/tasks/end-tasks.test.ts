import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FrameworkInfo_Capability_Type,
  internal,
  TaskState,
  TaskStatus_Reason,
  TaskStatus_Source,
} from "@fairlead/mesos-api";
import { DESTROY_BEFORE_REPORT_MS } from "../limits.ts";
import { aFramework, aTask, FRAMEWORK, graceOf } from "../testing/fixtures.ts";
import { Rig } from "../testing/rig.ts";

const framework = aFramework();
const SECOND = 1000;

/** A rig with one running task that takes SIGTERM as `onTerm` says. */
async function running(options: {
  task?: Parameters<typeof aTask>[1];
  framework?: Parameters<typeof aFramework>[0];
  onTerm?: "ends" | "ignores" | "exits 0";
}): Promise<Rig> {
  const rig = await Rig.create();
  await rig.start();
  rig.kernel.onSignal = (id, signal) => {
    if (signal === 9) rig.kernel.exit(id, { status: 9 });
    else if (options.onTerm === "exits 0") rig.kernel.exit(id, { status: 0 });
    else if (options.onTerm !== "ignores") rig.kernel.exit(id, { status: 15 });
  };
  rig.master.run(aFramework(options.framework), aTask("t", options.task));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  return rig;
}

function signals(rig: Rig): string[] {
  return rig.kernel.log.filter((line) => line.startsWith("kill"));
}

test("a killed task is KILLED, also if it takes the signal and exits with 0", async () => {
  for (const [onTerm, message] of [
    ["ends", "Command terminated with signal Terminated"],
    ["exits 0", "Command exited with status 0"],
  ] as const) {
    await using rig = await running({ onTerm });
    rig.master.kill(FRAMEWORK, "t");
    await rig.until(() => rig.master.states.includes("KILLED"));
    assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "KILLED"]);
    assert.equal(rig.master.last.message, message);
    assert.equal(rig.master.last.source, TaskStatus_Source.EXECUTOR);
    assert.equal(Object.hasOwn(rig.master.last, "reason"), false);
    assert.deepEqual(rig.kernel.log, ["launch", "start", "kill 15", "destroy"]);
  }
});

test("the end of a task that is not here is told until it is acknowledged, also when nothing else of its framework is", async () => {
  await using rig = await running({});
  rig.master.acknowledging = false;
  rig.master.kill(FRAMEWORK, "unknown");
  await rig.until(() => rig.master.states.at(-1) === "DROPPED");
  const dropped = rig.master.last;
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => rig.master.states.at(-1) === "FINISHED");
  rig.master.acknowledge(FRAMEWORK, rig.master.last);
  const told = () => rig.master.updates.filter(({ uuid }) => Buffer.from(uuid).equals(dropped.uuid)).length;
  await rig.settleUntil(() => told() > 1, SECOND);
  rig.master.send({
    type: internal.AgentEvent_Type.UPDATE_FRAMEWORK,
    updateFramework: { frameworkInfo: framework },
  });
  const before = told();
  await rig.until(() => told() === before + 1);
  rig.master.shutdownFramework(FRAMEWORK);
  await rig.clock.advance(3600 * SECOND);
  assert.equal(told(), before + 1);
});

test("TASK_KILLING goes to those who know it", async () => {
  await using rig = await running({
    framework: { capabilities: [{ type: FrameworkInfo_Capability_Type.TASK_KILLING_STATE }] },
  });
  rig.master.kill(FRAMEWORK, "t");
  await rig.until(() => rig.master.states.includes("KILLED"));
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "KILLING", "KILLED"]);
});

test("SIGKILL follows after the grace period: the kill's, else the task's, else 3 s", async () => {
  for (const { task, kill, graceMs } of [
    { task: undefined, kill: undefined, graceMs: 3 * SECOND },
    { task: graceOf(30 * SECOND), kill: undefined, graceMs: 30 * SECOND },
    { task: graceOf(30 * SECOND), kill: graceOf(10 * SECOND), graceMs: 10 * SECOND },
    { task: undefined, kill: graceOf(0), graceMs: 0 },
  ]) {
    await using rig = await running({ onTerm: "ignores", task: task === undefined ? {} : { killPolicy: task } });
    rig.master.kill(FRAMEWORK, "t", kill);
    await rig.until(() => signals(rig).length > 0);
    if (graceMs > 0) {
      await rig.clock.advance(graceMs - 1);
      assert.deepEqual(signals(rig), ["kill 15"]);
    }
    await rig.clock.advance(1);
    await rig.until(() => rig.master.states.includes("KILLED"));
    assert.deepEqual(signals(rig), ["kill 15", "kill 9"]);
    assert.equal(rig.master.last.message, "Command terminated with signal Killed");
  }
});

test("a second kill may shorten the grace period, counted from the first, and never lengthen it", async () => {
  await using rig = await running({ onTerm: "ignores" });
  rig.master.kill(FRAMEWORK, "t", graceOf(20 * SECOND));
  await rig.until(() => signals(rig).length > 0);
  await rig.clock.advance(2 * SECOND);
  rig.master.kill(FRAMEWORK, "t", graceOf(30 * SECOND));
  rig.master.kill(FRAMEWORK, "t", graceOf(5 * SECOND));
  await rig.clock.advance(3 * SECOND - 1);
  assert.deepEqual(signals(rig), ["kill 15"]);
  await rig.clock.advance(1);
  await rig.until(() => rig.master.states.includes("KILLED"));
  assert.deepEqual(signals(rig), ["kill 15", "kill 9"]);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "KILLED"]);
});

test("a grace period that is over already when it is shortened ends the task at once", async () => {
  await using rig = await running({ onTerm: "ignores" });
  rig.master.kill(FRAMEWORK, "t", graceOf(60 * SECOND));
  await rig.until(() => signals(rig).length > 0);
  await rig.clock.advance(10 * SECOND);
  rig.master.kill(FRAMEWORK, "t", graceOf(5 * SECOND));
  await rig.clock.advance(0);
  await rig.until(() => rig.master.states.includes("KILLED"));
});

test("a launch that cannot be undone soon holds the report of the kill up no longer than any teardown", async () => {
  await using rig = await Rig.create();
  const gate = Promise.withResolvers<void>();
  rig.kernel.launchGate = gate.promise;
  await rig.start();
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.kernel.launches > 0);
  rig.master.kill(FRAMEWORK, "t");
  await rig.clock.advance(DESTROY_BEFORE_REPORT_MS - 1);
  assert.deepEqual(rig.master.states, []);
  await rig.clock.advance(1);
  await rig.until(() => rig.master.states.includes("KILLED"));
  assert.equal(rig.master.last.reason, TaskStatus_Reason.TASK_KILLED_DURING_LAUNCH);
  gate.resolve();
  await rig.until(() => rig.kernel.log.length === 0 && rig.kernel.containers.size === 0);
  assert.deepEqual(rig.master.states, ["KILLED"]);
});

test("killed while it is being launched: the command never starts", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  const gate = Promise.withResolvers<void>();
  rig.kernel.launchGate = gate.promise;
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.kernel.launches === 1);
  rig.master.kill(FRAMEWORK, "t");
  gate.resolve();
  await rig.until(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.states, ["KILLED"]);
  assert.equal(rig.master.last.reason, TaskStatus_Reason.TASK_KILLED_DURING_LAUNCH);
  assert.equal(rig.master.last.message, "Killed before delivery to the executor");
  assert.equal(rig.master.last.source, TaskStatus_Source.AGENT);
  assert.equal(rig.master.last.containerStatus, undefined);
  assert.equal(rig.kernel.containers.size, 0);
  assert.equal(rig.kernel.starts.size, 0);
  assert.deepEqual(await rig.checkpointKeys(), []);
});

test("killed in the same moment in which it comes: nothing is launched", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(framework, aTask("t"));
  rig.master.kill(FRAMEWORK, "t");
  await rig.until(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.states, ["KILLED"]);
  assert.deepEqual(rig.kernel.log, []);
});

test("killed while TASK_STARTING is on its way to disk: the command never starts", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.diskError = (writes) => writes.some(({ bucket }) => bucket === "updates");
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.kernel.log.includes("launch"));
  rig.master.kill(FRAMEWORK, "t");
  rig.diskError = undefined;
  await rig.settleUntil(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.states, ["STARTING", "KILLED"]);
  assert.equal(rig.master.last.reason, TaskStatus_Reason.TASK_KILLED_DURING_LAUNCH);
  assert.equal(rig.kernel.starts.size, 0);
});

test("killed while it is being started: it runs, and gets the signal at once", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  const gate = Promise.withResolvers<void>();
  rig.kernel.startGate = gate.promise;
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("STARTING"));
  await rig.clock.advance(0);
  rig.master.kill(FRAMEWORK, "t");
  gate.resolve();
  await rig.until(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "KILLED"]);
  assert.deepEqual(rig.kernel.log, ["launch", "start", "kill 15", "destroy"]);
});

test("a kill works while the disk is full", async () => {
  await using rig = await running({});
  rig.diskError = () => true;
  rig.master.kill(FRAMEWORK, "t");
  await rig.until(() => signals(rig).length > 0);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING"]);
  rig.diskError = undefined;
  await rig.settleUntil(() => rig.master.states.includes("KILLED"));
});

test("the kill of an unknown task is answered, if its framework is known", async () => {
  for (const [capabilities, state] of [
    [[{ type: FrameworkInfo_Capability_Type.PARTITION_AWARE }], TaskState.TASK_DROPPED],
    [[], TaskState.TASK_LOST],
  ] as const) {
    await using rig = await running({ framework: { capabilities: [...capabilities] } });
    rig.master.kill("M-0009", "t");
    rig.master.kill(FRAMEWORK, "other");
    await rig.until(() => rig.master.states.length === 3);
    assert.equal(rig.master.last.state, state);
    assert.equal(rig.master.last.message, "Cannot find executor");
    assert.equal(rig.master.last.source, TaskStatus_Source.AGENT);
    assert.deepEqual(signals(rig), []);
  }
});

test("the shutdown of an executor leaves it its grace period less a margin for the forced kill", async () => {
  await using rig = await running({ onTerm: "ignores" });
  rig.master.send({
    type: internal.AgentEvent_Type.SHUTDOWN_EXECUTOR,
    shutdownExecutor: { frameworkId: { value: FRAMEWORK }, executorId: { value: "t" } },
  });
  await rig.until(() => signals(rig).length > 0);
  await rig.clock.advance(3 * SECOND - 1);
  assert.deepEqual(signals(rig), ["kill 15"]);
  await rig.clock.advance(1);
  await rig.until(() => rig.master.states.includes("KILLED"));
});

test("a framework that is shut down hears nothing any more, and leaves nothing", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(framework, aTask("running"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.master.acknowledging = false;
  rig.master.run(framework, aTask("ended"));
  const ended = () => [...rig.kernel.containers].find(([, { config }]) => config.directory.includes("/ended/"))?.[0];
  await rig.until(() => rig.master.states.length === 3 && ended() !== undefined);
  rig.kernel.exit(ended()!, { status: 0 });
  await rig.until(() => rig.kernel.log.includes("destroy"));
  rig.master.run(framework, aTask("launching"));
  rig.master.updates.length = 0;

  rig.master.shutdownFramework(FRAMEWORK);
  rig.master.run(framework, aTask("late"));
  await rig.settleUntil(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.updates, []);
  assert.equal(rig.kernel.containers.size, 0);
  await rig.clock.advance(3600 * SECOND);
  assert.deepEqual(rig.master.updates, []);
  assert.deepEqual(await rig.checkpointKeys(), []);
  const tasks = agent.completedFrameworks[0]?.completedExecutors.flatMap(({ completedTasks }) => completedTasks);
  assert.deepEqual(tasks?.map(({ name }) => name).sort(), ["ended", "launching", "running"]);
});
