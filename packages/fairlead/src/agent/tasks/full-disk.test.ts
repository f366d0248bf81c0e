import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { aFramework, aTask } from "../testing/fixtures.ts";
import { Rig } from "../testing/rig.ts";

const framework = aFramework();
const SECOND = 1000;

test("a task that cannot be stored is not run, and its framework hears of it", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.diskError = () => true;
  rig.master.run(framework, aTask("t"));
  await rig.until(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.states, ["FAILED"]);
  assert.equal(rig.master.last.reason, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
  assert.equal(rig.master.last.message, "Failed to launch container: the disk is full");
  assert.deepEqual(rig.kernel.log, []);

  rig.diskError = undefined;
  rig.master.run(framework, aTask("u"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
});

test("an update is sent only when it is stored, however long that takes; the container waits with it", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  await rig.clock.advance(0);
  rig.diskError = () => true;
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.clock.advance(600 * SECOND);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING"]);
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
  rig.diskError = undefined;
  await rig.settleUntil(() => rig.master.states.includes("FINISHED"), SECOND);
  assert.deepEqual(rig.kernel.log, ["launch", "start", "destroy"]);
});

test("an agent that dies with an update it could not store finds the end in the container", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  await rig.clock.advance(0);
  rig.diskError = () => true;
  rig.kernel.exit(rig.kernel.only, { status: 7 << 8 });
  await rig.clock.advance(SECOND);
  rig.diskError = undefined;
  await rig.restart();
  await rig.until(() => rig.master.states.includes("FAILED"));
  assert.equal(rig.master.last.message, "Command exited with status 7");
});

test("an agent that is started again on a full disk looks after its tasks, and tells their ends when there is room", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  await rig.clock.advance(0);
  rig.diskError = () => true;
  const agent = await rig.restart();
  assert.equal(agent.registered, true);
  rig.kernel.exit(rig.kernel.only, { status: 7 << 8 });
  await rig.clock.advance(600 * SECOND);
  assert.equal(rig.master.states.at(-1), "RUNNING");
  rig.diskError = undefined;
  await rig.settleUntil(() => rig.master.states.includes("FAILED"), SECOND);
  assert.equal(rig.master.last.message, "Command exited with status 7");
});

test("an acknowledgement that cannot be stored counts as not come", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.acknowledging = false;
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.kernel.log.includes("start"));
  rig.diskError = () => true;
  rig.master.acknowledge("M-0000", rig.master.last);
  await rig.clock.advance(9 * SECOND);
  assert.deepEqual(rig.master.states, ["STARTING"]);
  rig.diskError = undefined;
  rig.master.acknowledging = true;
  await rig.clock.advance(SECOND);
  await rig.until(() => rig.master.states.includes("RUNNING"));
  assert.deepEqual(
    rig.master.updates.map(({ state }) => state),
    [TaskState.TASK_STARTING, TaskState.TASK_STARTING, TaskState.TASK_RUNNING],
  );
});

test("an id that cannot be stored is not taken: the agent registers again until it can", async () => {
  await using rig = await Rig.create();
  rig.diskError = () => true;
  const agent = await rig.agent();
  await agent.start();
  await rig.settleUntil(() => rig.master.registrations.length > 2, SECOND);
  assert.equal(agent.registered, false);
  assert.equal(agent.id, undefined);
  rig.diskError = undefined;
  await rig.settleUntil(() => agent.registered, SECOND);
  assert.equal(agent.id, "M-S0");
});
