import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  FrameworkInfo_Capability_Type,
  scheduler,
  TaskState,
  type TaskStatus,
  TaskStatus_Reason,
  TaskStatus_Source,
} from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { observe } from "./observed-container.ts";
import { pluginCalls, recordedBridge } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

const { Event_Type } = scheduler;

/** Two pings of a second. */
const PINGS = ["--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=2"];

test("an agent that does not answer for a while loses nothing", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "short", "10.107.0.0/24");
  await workspace.startMaster("--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=1000");
  const agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  await framework.launch(shellTask("before", "exec sleep 1000", { networks: ["short"] }));
  const running = await framework.update("before", TaskState.TASK_RUNNING);
  const before = observe(workspace, running);

  process.kill(agent.pid, "SIGSTOP");
  await framework.launch(shellTask("meanwhile", "exit 0", { networks: ["short"] }));
  await framework.kill("before");
  // a few pings stay unanswered
  await delay(2500);
  process.kill(agent.pid, "SIGCONT");
  await framework.update("meanwhile", TaskState.TASK_FINISHED);
  const killed = await framework.update("before", TaskState.TASK_KILLED);
  assert.deepEqual(addressesOf(killed), addressesOf(running));
  assert.equal(killed.containerStatus?.executorPid, before.pid);
  assert.deepEqual(
    (await masterState()).slaves.map(({ id, active }) => [id, active]),
    [[running.agentId?.value, true]],
  );
  assert.deepEqual(
    framework.events.map(({ type }) => type).filter((type) => [Event_Type.FAILURE, Event_Type.ERROR].includes(type)),
    [],
  );
  await framework.teardown();
});

test("an agent whose connection broke has its own time to come back", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "broken", "10.121.0.0/24");
  await workspace.startMaster("--agent_reregister_timeout=2secs");
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  await framework.launch(shellTask("task", "exec sleep 1000", { networks: ["broken"] }));
  const running = await framework.update("task", TaskState.TASK_RUNNING);
  const before = observe(workspace, running);

  await agent.end("SIGKILL");
  await poll(async () => (await masterState()).slaves[0]?.active === false);
  assert.equal((await framework.reconcile({ taskId: running.taskId! }))[0]?.state, TaskState.TASK_RUNNING);
  const lost = await framework.update("task", TaskState.TASK_UNREACHABLE);
  assert.equal(lost.message, "agent did not reregister within 2secs after disconnecting");
  agent = await workspace.startRegisteredAgent();
  const back = await framework.until(() =>
    framework.updates.slice(framework.updates.indexOf(lost)).find(({ state }) => state === TaskState.TASK_RUNNING),
  );
  assert.equal(back.reason, TaskStatus_Reason.AGENT_REREGISTERED);
  assert.deepEqual(observe(workspace, running), before);
  await framework.teardown();
});

test("an agent that stays away is unreachable, and what runs on it is told again when it is back", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "long", "10.108.0.0/24");
  await workspace.startMaster(...PINGS);
  let agent = await workspace.startRegisteredAgent();
  const aware = new TestFramework("127.0.0.1:5050");
  const unaware = new TestFramework("127.0.0.1:5050", {
    info: { capabilities: [{ type: FrameworkInfo_Capability_Type.MULTI_ROLE }] },
  });
  const frameworks = [aware, unaware];
  const running: TaskStatus[] = [];
  for (const [index, framework] of frameworks.entries()) {
    await framework.subscribe();
    await framework.launch(shellTask(`task-${index}`, "exec sleep 1000", { networks: ["long"] }));
    running.push(await framework.update(`task-${index}`, TaskState.TASK_RUNNING));
    await framework.suppress();
  }
  await aware.revive();
  const containers = running.map((status) => observe(workspace, status));
  const calls = pluginCalls(workspace);
  const agentId = running[0]!.agentId!.value;

  /** Waits until both frameworks have heard, from the events `heard` on, that the agent is lost. */
  const untilLost = async (heard: readonly number[], offered: TestFramework, message: RegExp): Promise<void> => {
    for (const [index, framework] of frameworks.entries()) {
      const since = () => framework.events.slice(heard[index]);
      const failure = await framework.until(() => since().find(({ type }) => type === Event_Type.FAILURE)?.failure);
      assert.equal(failure.agentId?.value, agentId);
      assert.equal(failure.executorId, undefined);
      const [lost, ...more] = since().flatMap((event) => event.update?.status ?? []);
      assert.deepEqual(more, []);
      assert.deepEqual(
        [lost?.state, lost?.source, lost?.reason, lost?.uuid.length, lost?.agentId?.value],
        [
          framework === aware ? TaskState.TASK_UNREACHABLE : TaskState.TASK_LOST,
          TaskStatus_Source.MASTER,
          TaskStatus_Reason.AGENT_REMOVED,
          0,
          agentId,
        ],
      );
      assert.match(lost!.message, message);
      assert.ok(Math.abs(Number(lost!.unreachableTime!.nanoseconds / 1_000_000n) - Date.now()) < 60_000);
    }
    assert.equal(offered.offers.size, 0);
    const state = await masterState();
    assert.deepEqual([state.slaves, state.unreachable_slaves], [[], 1]);
    for (const [index, framework] of frameworks.entries()) {
      const shown = state.frameworks.find(({ id }) => id === framework.id)!;
      assert.deepEqual([shown.tasks, shown.completed_tasks], [[], []]);
      assert.deepEqual(
        shown.unreachable_tasks.map(({ id, state }) => [id, state]),
        [[`task-${index}`, framework === aware ? "TASK_UNREACHABLE" : "TASK_LOST"]],
      );
    }
    const [unreachable] = await aware.reconcile({ taskId: { value: "task-0" }, agentId: { value: agentId } });
    assert.equal(unreachable?.state, TaskState.TASK_UNREACHABLE);
    assert.ok(unreachable.unreachableTime!.nanoseconds > 0n);
  };

  const untilBack = async (told: readonly number[]): Promise<void> => {
    for (const [index, framework] of frameworks.entries()) {
      const back = await framework.until(() =>
        framework.updates.slice(told[index]).find(({ state }) => state === TaskState.TASK_RUNNING),
      );
      assert.deepEqual(
        [back.source, back.reason, back.message, back.uuid.length, back.agentId?.value],
        [
          TaskStatus_Source.MASTER,
          TaskStatus_Reason.AGENT_REREGISTERED,
          "Unreachable agent re-reregistered",
          0,
          agentId,
        ],
      );
      assert.deepEqual(addressesOf(back), addressesOf(running[index]!));
    }
    const state = await masterState();
    assert.deepEqual([state.slaves.map(({ id }) => id), state.unreachable_slaves], [[agentId], 0]);
    assert.deepEqual(
      state.frameworks
        .flatMap(({ tasks, unreachable_tasks }) => [...tasks, ...unreachable_tasks])
        .map((task) => task.state),
      ["TASK_RUNNING", "TASK_RUNNING"],
    );
    assert.deepEqual(
      running.map((status) => observe(workspace, status)),
      containers,
    );
    assert.deepEqual(pluginCalls(workspace), calls);
  };
  const marks = () => ({
    heard: frameworks.map(({ events }) => events.length),
    told: frameworks.map(({ updates }) => updates.length),
  });

  await step(t, "frozen, it is given up after its pings", async () => {
    await aware.offer();
    const { heard, told } = marks();
    process.kill(agent.pid, "SIGSTOP");
    await untilLost(heard, aware, /^health check timed out$/);
    process.kill(agent.pid, "SIGCONT");
    await untilBack(told);
  });

  await step(t, "killed, it is given up after its pings too", async () => {
    await aware.offer();
    const { heard, told } = marks();
    await agent.end("SIGKILL");
    // the broken connection is known at once
    await poll(async () => (await masterState()).slaves[0]?.active === false);
    await aware.until(() => aware.offers.size === 0);
    await untilLost(heard, aware, /^health check timed out$/);
    agent = await workspace.startRegisteredAgent();
    await untilBack(told);
  });

  await step(t, "its tasks can still be killed", async () => {
    for (const [index, framework] of frameworks.entries()) {
      await framework.kill(`task-${index}`);
      const killed = await framework.update(`task-${index}`, TaskState.TASK_KILLED);
      assert.deepEqual(addressesOf(killed), addressesOf(running[index]!));
      await framework.teardown();
    }
  });
});
