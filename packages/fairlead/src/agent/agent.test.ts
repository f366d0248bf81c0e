import assert from "node:assert/strict";
import { test } from "node:test";
import { internal, parseContainerId, parseFrameworkId, parseTaskId, TaskStatus_Source } from "@fairlead/mesos-api";
import { aFramework, aTask, FRAMEWORK, graceOf } from "./testing/fixtures.ts";
import { Rig } from "./testing/rig.ts";

const SECOND = 1000;
/** Virtual time does not wait for the files that a stop works on. */
const SMALL_STEP_MS = 10;

test("a task runs and ends: each update in its turn, each with the container's addresses", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  const executor = agent.frameworks.get(parseFrameworkId(FRAMEWORK))?.executors.values().next().value;
  assert.equal(executor?.tasks.get(parseTaskId("t"))?.statuses.length, 2);
  assert.equal(agent.allocated.scalar("mem"), 96);
  assert.equal((await agent.containerStatus(rig.kernel.only)).containerId?.value, rig.kernel.only);
  assert.equal((await agent.usage(rig.kernel.only)).timestamp, 0);
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => agent.completedFrameworks.length === 1);

  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "FINISHED"]);
  assert.equal(rig.master.last.message, "Command exited with status 0");
  for (const status of rig.master.updates) {
    assert.equal(status.source, TaskStatus_Source.EXECUTOR);
    assert.equal(status.executorId?.value, "t");
    assert.equal(status.agentId?.value, "M-S0");
    assert.equal(status.containerStatus?.networkInfos[0]?.ipAddresses[0]?.ipAddress, "192.0.2.1");
    assert.equal(status.uuid.length, 16);
  }
  assert.deepEqual(rig.kernel.log, ["launch", "start", "destroy"]);
  assert.deepEqual(await rig.checkpointKeys(), []);
  assert.ok(agent.allocated.isEmpty);
});

test("completed executors and frameworks are remembered, the last ones of them", async () => {
  await using rig = await Rig.create();
  rig.config = { maxCompletedExecutorsPerFramework: 2 };
  const agent = await rig.start();
  rig.kernel.onStart = (id) => rig.kernel.exit(id, { status: 0 });
  for (let i = 0; i < 60; i++) {
    rig.master.run(aFramework({ id: { value: `M-${i}` } }), aTask("t"));
    await rig.until(() => agent.completedFrameworks.at(-1)?.id === `M-${i}`);
  }
  assert.equal(agent.completedFrameworks.length, 50);
  assert.equal(agent.completedFrameworks[0]?.id, "M-10");
  for (const id of ["a", "b", "c"]) {
    rig.master.run(aFramework({ id: { value: "M-59" } }), aTask(id));
    await rig.until(() => agent.completedFrameworks.at(-1)?.completedExecutors.at(-1)?.id === id);
  }
  assert.deepEqual(
    agent.completedFrameworks.at(-1)?.completedExecutors.map(({ id }) => id),
    ["b", "c"],
  );
  assert.equal(agent.metrics().get("slave/tasks_finished"), 63);
  rig.master.disconnect();
  await rig.until(() => !agent.registered);
  await rig.settleUntil(() => agent.registered);
  assert.equal(rig.master.registrations.at(-1)?.completedTasks.length, 51);
});

test("a stop with endTasks ends the tasks, reports them, unregisters and forgets the id", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.kernel.onSignal = (id, signal) => {
    if (signal === 9) rig.kernel.exit(id, { status: 9 });
  };
  rig.master.run(aFramework(), aTask("patient", { killPolicy: graceOf(60 * SECOND) }));
  rig.master.run(aFramework(), aTask("quick", { killPolicy: graceOf(SECOND) }));
  rig.master.run(aFramework({ id: { value: "M-0001" }, checkpoint: false }), aTask("volatile"));
  await rig.until(() => rig.kernel.starts.size === 3 && rig.master.states.length === 6);
  const begin = rig.clock.now();
  let stopped = false;
  void agent.stop({ endTasks: true }).then(() => {
    stopped = true;
  });
  rig.master.run(aFramework(), aTask("late"));
  await rig.settleUntil(() => stopped, SMALL_STEP_MS);
  assert.ok(rig.clock.now() - begin < 10 * SECOND, `${rig.clock.now() - begin} ms`);
  assert.deepEqual(rig.master.states.slice(6), ["KILLED", "KILLED", "KILLED"]);
  assert.equal(rig.master.calls.at(-1)?.type, internal.AgentCall_Type.UNREGISTER);
  assert.equal(rig.kernel.containers.size, 0);
  assert.deepEqual(await rig.store.list("agent"), []);
  assert.equal(rig.clock.pending, 0);

  rig.master.agentId = "M-S1";
  assert.equal((await rig.start()).id, "M-S1");
});

test("a stop is over within its bound, though a task does not end and nobody acknowledges", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.kernel.onSignal = () => {};
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.master.acknowledging = false;
  const begin = rig.clock.now();
  let stopped = false;
  void agent.stop({ endTasks: true }).then(() => {
    stopped = true;
  });
  await rig.settleUntil(() => stopped, SMALL_STEP_MS);
  // 8 s for the tasks, 1 s each for the acknowledgements and the sandboxes
  assert.ok(rig.clock.now() - begin <= 11 * SECOND);
});

test("a stop without endTasks leaves checkpointed tasks alone and ends the others, unreported", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(aFramework(), aTask("durable"));
  rig.master.run(aFramework({ id: { value: "M-0001" }, checkpoint: false }), aTask("volatile"));
  await rig.until(() => rig.kernel.starts.size === 2 && rig.master.states.length === 4);
  await rig.clock.advance(0);
  await agent.stop({ endTasks: false });
  assert.equal(agent.registered, false);
  assert.equal(rig.kernel.containers.size, 1);
  assert.equal(rig.master.states.length, 4);
  assert.equal(rig.clock.pending, 0);

  const next = await rig.start();
  assert.equal(next.id, "M-S0");
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => next.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.states.slice(4), ["FINISHED"]);
});

test("a stop in the middle of a launch starts nothing any more; the next agent cleans up", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  const gate = Promise.withResolvers<void>();
  rig.kernel.launchGate = gate.promise;
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.kernel.launches === 1);
  await agent.stop({ endTasks: false });
  gate.resolve();
  await rig.clock.advance(60 * SECOND);
  assert.equal(rig.kernel.starts.size, 0);
  assert.equal(rig.clock.pending, 0);
  await rig.start();
  await rig.until(() => rig.master.states.includes("DROPPED"));
  assert.equal(rig.kernel.containers.size, 0);
});

test("a stop in the middle of a start does nothing more to the container", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  const gate = Promise.withResolvers<void>();
  rig.kernel.startGate = gate.promise;
  rig.master.run(aFramework(), aTask("t", { maxCompletionTime: { nanoseconds: 1_000_000_000n } }));
  await rig.until(() => rig.master.states.includes("STARTING"));
  await agent.stop({ endTasks: false });
  gate.resolve();
  await rig.until(() => rig.kernel.log.includes("start"));
  await rig.clock.advance(10_000);
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
  assert.equal(rig.clock.pending, 0);
});

test("an agent that was never started can be stopped", async () => {
  await using rig = await Rig.create();
  const agent = await rig.agent();
  assert.equal(agent.recovered, false);
  assert.equal(agent.registered, false);
  await agent.stop({ endTasks: true });
  await agent.stop({ endTasks: false });
  assert.equal(rig.clock.pending, 0);
});

test("the status of an unknown container is an error", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  await assert.rejects(agent.containerStatus(parseContainerId("none")), { code: "CONTAINER_UNKNOWN" });
});

test("updates of many tasks are all told, each once", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.kernel.onStart = (id) => rig.kernel.exit(id, { status: 0 });
  for (let i = 0; i < 100; i++) rig.master.run(aFramework(), aTask(`t${i}`));
  await rig.until(() => agent.completedFrameworks.length === 1);
  assert.equal(rig.master.updates.length, 300);
  assert.equal(agent.completedFrameworks[0]?.completedExecutors.length, 100);
  assert.deepEqual(await rig.checkpointKeys(), []);
});
