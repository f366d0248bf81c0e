import assert from "node:assert/strict";
import { test } from "node:test";
import { internal, TaskState } from "@fairlead/mesos-api";
import fc from "fast-check";
import { aFramework, aTask, FRAMEWORK } from "../testing/fixtures.ts";
import { Rig } from "../testing/rig.ts";
import { registrationPauseMs } from "./back-off.ts";

const SECOND = 1000;

test("the pause is random, doubles, and is never longer than a minute", () => {
  assert.equal(registrationPauseMs(1000, 0, 0), 0);
  assert.equal(registrationPauseMs(1000, 0, 0.5), 500);
  assert.equal(registrationPauseMs(1000, 3, 0.5), 4000);
  assert.equal(registrationPauseMs(0, 0, 0.5), 0);
  assert.equal(registrationPauseMs(0, 1, 0.5), 100);
  fc.assert(
    fc.property(
      fc.nat(60_000),
      fc.nat(10_000),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (factor, attempt, random) => {
        const pauseMs = registrationPauseMs(factor, attempt, random);
        assert.ok(pauseMs >= 0 && pauseMs < 60_000);
      },
    ),
  );
});

test("a new agent says who it is and what it can, and takes the id that it is given", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  const [register] = rig.master.registrations;
  assert.equal(register?.protocolVersion, 1);
  assert.equal(register?.agentInfo?.id, undefined);
  assert.equal(register?.agentInfo?.hostname, "agent.example");
  assert.equal(register?.pid, "slave(1)@192.0.2.1:5051");
  assert.deepEqual(register?.features, [internal.Feature.COMMAND_TASKS]);
  assert.equal(agent.id, "M-S0");
  assert.equal(agent.info.id?.value, "M-S0");
  assert.equal(agent.masterHostname, "master.example");
});

test("while no master is there it tries again and again, ever more slowly", async () => {
  await using rig = await Rig.create();
  rig.master.reachable = false;
  let attempts = 0;
  const link = rig.master.link.bind(rig.master);
  rig.master.link = (doom) => {
    const inner = link(doom);
    return {
      connect(register, handlers) {
        attempts++;
        return inner.connect(register, handlers);
      },
    };
  };
  const agent = await rig.agent();
  await agent.start();
  const times: number[] = [];
  for (let second = 0; second < 300; second++) {
    const before = attempts;
    await rig.clock.advance(SECOND / 2);
    if (attempts > before) times.push((second + 1) / 2);
  }
  // random() is 0.5 here: half of 1, 2, 4, … seconds, at most of 60
  assert.deepEqual(times, [0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5, 121.5]);
  rig.master.reachable = true;
  await rig.settleUntil(() => agent.registered, SECOND);
});

test("a master that accepts but does not register is left after a while", async () => {
  await using rig = await Rig.create();
  rig.master.registersAgents = false;
  const agent = await rig.agent();
  await agent.start();
  await rig.settleUntil(() => rig.master.registrations.length === 1);
  await rig.clock.advance(29 * SECOND);
  assert.equal(rig.master.registrations.length, 1);
  rig.master.registersAgents = true;
  await rig.clock.advance(3 * SECOND);
  await rig.settleUntil(() => agent.registered);
  assert.equal(rig.master.registrations.length, 2);
});

test("pings are answered; without them the agent registers again, with all that it has", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  for (let i = 0; i < 10; i++) {
    await rig.clock.advance(60 * SECOND);
    rig.master.ping();
  }
  await rig.clock.advance(0);
  const pongs = rig.master.calls.filter(({ type }) => type === internal.AgentCall_Type.PONG);
  assert.equal(pongs.length, 10);
  assert.equal(rig.master.registrations.length, 1);
  await rig.clock.advance(74 * SECOND);
  assert.equal(agent.registered, true);
  await rig.clock.advance(SECOND);
  await rig.settleUntil(() => agent.registered);
  assert.equal(rig.master.registrations.length, 2);
  assert.deepEqual(
    rig.master.registrations[1]?.tasks.map(({ state }) => state),
    [TaskState.TASK_RUNNING],
  );
});

test("an update that a broken session swallowed comes again with the next one, at once", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.acknowledging = false;
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.kernel.log.includes("start"));
  rig.master.disconnect();
  await rig.until(() => !agent.registered);
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => rig.kernel.log.includes("destroy"));
  assert.deepEqual(rig.master.states, ["STARTING"]);
  rig.master.acknowledging = true;
  await rig.settleUntil(() => rig.master.states.includes("FINISHED"));
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "FINISHED"]);
  const told = rig.master.registrations[1]?.tasks[0];
  assert.equal(told?.state, TaskState.TASK_FINISHED);
  assert.equal(told?.statusUpdateState, TaskState.TASK_STARTING);
});

test("a master that refuses the agent ends it; its tasks go on", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.crash();
  rig.master.refusal = "the master answers 401: wrong secret";
  const agent = await rig.agent();
  await agent.start();
  await rig.settleUntil(() => rig.kernel.containers.size === 1);
  await rig.clock.advance(60 * SECOND);
  assert.deepEqual(await agent.end, { why: "refused", message: "the master answers 401: wrong secret" });
  assert.equal(rig.kernel.containers.size, 1);
});

test("another id than before is refused", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.crash();
  rig.master.agentId = "M-S7";
  const agent = await rig.agent();
  await agent.start();
  await rig.clock.advance(60 * SECOND);
  assert.equal((await agent.end).why, "refused");
  assert.equal(agent.id, "M-S0");
});

test("a framework's new description is taken, and kept", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.master.send({
    type: internal.AgentEvent_Type.UPDATE_FRAMEWORK,
    updateFramework: { frameworkInfo: aFramework({ name: "renamed", checkpoint: false }) },
  });
  await rig.clock.advance(0);
  await rig.restart();
  const [framework] = rig.master.registrations.at(-1)?.frameworks ?? [];
  assert.equal(framework?.name, "renamed");
  assert.equal(framework?.checkpoint, true);
});

test("a framework that comes back is sent at once what it has not acknowledged", async () => {
  await using rig = await Rig.create();
  rig.master.acknowledging = false;
  await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("STARTING"));
  const sent = rig.master.updates.length;
  rig.master.send({
    type: internal.AgentEvent_Type.UPDATE_FRAMEWORK,
    updateFramework: { frameworkInfo: aFramework() },
  });
  await rig.until(() => rig.master.updates.length === sent + 1);
  assert.deepEqual(rig.master.states, ["STARTING"]);
});

test("a task whose end is being acknowledged is told no more", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.master.acknowledging = false;
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => rig.master.states.includes("FINISHED"));
  const disk = Promise.withResolvers<void>();
  const { store } = rig;
  rig.store = { ...store, apply: (writes) => disk.promise.then(() => store.apply(writes)) };
  rig.master.acknowledge(FRAMEWORK, rig.master.last);
  await rig.clock.advance(0);
  rig.master.disconnect();
  await rig.settleUntil(() => rig.master.registrations.length === 2);
  assert.deepEqual(rig.master.registrations[1]?.tasks, []);
  disk.resolve();
  await rig.until(() => agent.completedFrameworks.length === 1);
});

test("messages to executors are counted; events that are not usable are left", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  const message = (executor: string) =>
    rig.master.send({
      type: internal.AgentEvent_Type.MESSAGE,
      message: { frameworkId: { value: FRAMEWORK }, executorId: { value: executor }, data: new Uint8Array(3) },
    });
  message("t");
  message("other");
  rig.master.kill("..", "t");
  rig.master.kill(FRAMEWORK, "a/b");
  rig.master.acknowledge("..", rig.master.last);
  rig.master.send({
    type: internal.AgentEvent_Type.UPDATE_FRAMEWORK,
    updateFramework: { frameworkInfo: aFramework({ id: { value: "a/b" } }) },
  });
  rig.master.send({ type: internal.AgentEvent_Type.UNKNOWN });
  await rig.clock.advance(0);
  assert.equal(agent.metrics().get("slave/valid_framework_messages"), 1);
  assert.equal(agent.metrics().get("slave/invalid_framework_messages"), 1);
  assert.equal(agent.registered, true);
});

test("SHUTDOWN ends all tasks, then the agent", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.master.send({ type: internal.AgentEvent_Type.SHUTDOWN, shutdown: { message: "marked gone" } });
  assert.deepEqual(await agent.end, { why: "shutdown", message: "marked gone" });
  assert.equal(rig.kernel.containers.size, 0);
  assert.equal(rig.master.calls.at(-1)?.type, internal.AgentCall_Type.UNREGISTER);
  rig.master.run(aFramework(), aTask("u"));
  await rig.clock.advance(0);
  assert.equal(rig.kernel.launches, 1);
});

test("a master may send an agent away without registering it", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.crash();
  rig.master.farewell = "this agent was marked as gone";
  const agent = await rig.agent();
  await agent.start();
  await rig.clock.advance(10 * SECOND);
  assert.equal((await agent.end).message, "this agent was marked as gone");
  assert.equal(rig.kernel.containers.size, 0);
  await rig.clock.advance(600 * SECOND);
  assert.equal(rig.master.registrations.length, 2);
});
