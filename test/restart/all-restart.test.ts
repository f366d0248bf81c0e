import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scheduler, TaskState, type TaskStatus } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { agentState, executorOf, masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { containerIdOf, observe, startTimeOf } from "./observed-container.ts";
import { pluginCalls, recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

const { Event_Type } = scheduler;
const MASTER = "127.0.0.1:5050";

test("a task outlives its master, its agent and its framework's scheduler", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.110.0.0/24");
  let master = await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const first = new TestFramework(MASTER);
  await first.subscribe();
  await first.launch(shellTask("task", "exec sleep 1000", { networks: ["blue"] }));
  const running = await first.update("task", TaskState.TASK_RUNNING);
  const before = { container: observe(workspace, running), calls: pluginCalls(workspace) };
  const untouched = (): void =>
    assert.deepEqual({ container: observe(workspace, running), calls: pluginCalls(workspace) }, before);
  const isRunning = ([status]: readonly TaskStatus[]): void => {
    assert.equal(status?.state, TaskState.TASK_RUNNING);
    assert.deepEqual(addressesOf(status), addressesOf(running));
  };
  let ends: TaskStatus | undefined;
  const info = { id: { value: first.id } };

  await step(t, "master and agent are killed, and come back in either order", async () => {
    for (const order of ["master first", "agent first"]) {
      await Promise.all([master.end("SIGKILL"), agent.end("SIGKILL")]);
      const startAgent = async (): Promise<void> => {
        agent = await workspace.startRegisteredAgent();
      };
      // without a master it tries again and again
      const early = order === "agent first" ? startAgent() : undefined;
      master = await workspace.startMaster();
      await (early ?? startAgent());
      await first.subscribe();
      assert.equal(first.id, info.id.value);
      isRunning(await first.reconcile());
      untouched();
    }
    const { slaves, frameworks } = await masterState();
    assert.deepEqual(
      slaves.map(({ id }) => id),
      [running.agentId?.value],
    );
    assert.deepEqual(
      frameworks.map(({ id, tasks }) => [id, tasks.map((task) => task.state)]),
      [[first.id, ["TASK_RUNNING"]]],
    );
  });

  await step(t, "the scheduler is away when its master is restarted", async () => {
    const go = workspace.path("go");
    await first.launch(shellTask("ends", `until [ -e ${go} ]; do sleep 0.05; done; exit 6`, { networks: ["blue"] }));
    ends = await first.update("ends", TaskState.TASK_RUNNING);
    before.calls = pluginCalls(workspace);
    await first.disconnect();
    await poll(async () => (await masterState()).frameworks[0]?.connected === false);
    await master.end("SIGKILL");
    const registrations = agent.log.length;
    writeFileSync(go, "");
    await poll(() => startTimeOf(ends!.containerStatus!.executorPid) === undefined);
    master = await workspace.startMaster();
    await agent.line(/"the agent is registered"/, registrations);
    await poll(() => pluginCalls(workspace).length > before.calls.length);
    before.calls.push(`DEL ${containerIdOf(ends)}`);
    const [framework] = (await masterState()).frameworks;
    assert.deepEqual([framework?.id, framework?.recovered, framework?.active], [first.id, true, false]);
    untouched();
  });

  const second = new TestFramework(MASTER, { info });
  await step(t, "another scheduler takes over under the framework's id", async () => {
    await second.subscribe();
    assert.equal(second.id, first.id);
    const ended = await second.update("ends", TaskState.TASK_FAILED);
    assert.equal(ended.message, "Command exited with status 6");
    assert.deepEqual(addressesOf(ended), addressesOf(ends!));
    isRunning(await second.reconcile({ taskId: { value: "task" } }));
    await second.launch(shellTask("of-second", "exec sleep 1000"));
    await second.update("of-second", TaskState.TASK_RUNNING);
  });

  await step(t, "and another one, while that is still there", async () => {
    await second.offer();
    const third = new TestFramework(MASTER, { info });
    await third.subscribe();
    const error = await second.until(() => second.events.find(({ type }) => type === Event_Type.ERROR)?.error);
    assert.equal(error.message, "Framework failed over");
    await assert.rejects(second.until(() => false));
    await assert.rejects(second.kill("task"), { code: "CALL_REFUSED" });
    assert.deepEqual((await third.reconcile()).map(({ taskId, state }) => [taskId?.value, state]).toSorted(), [
      ["of-second", TaskState.TASK_RUNNING],
      ["task", TaskState.TASK_RUNNING],
    ]);
    await third.offer();
    untouched();
    for (const taskId of ["task", "of-second"]) {
      await third.kill(taskId);
      await third.update(taskId, TaskState.TASK_KILLED);
    }
    assert.deepEqual(takenAddresses(workspace), {});
    assert.deepEqual(
      second.updates.filter(({ state }) => state === TaskState.TASK_KILLED),
      [],
    );
    await third.teardown();
  });
});

test("a framework that was torn down while its agent was away is ended there, too", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "gone", "10.116.0.0/24");
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework(MASTER);
  await framework.subscribe();
  await framework.launch(shellTask("task", "exec sleep 1000", { networks: ["gone"] }));
  const running = await framework.update("task", TaskState.TASK_RUNNING);
  const { directory } = await executorOf("task");
  await agent.end("SIGKILL");
  await framework.teardown();
  assert.notEqual(startTimeOf(running.containerStatus!.executorPid), undefined);
  agent = await workspace.startRegisteredAgent();
  await poll(() => startTimeOf(running.containerStatus!.executorPid) === undefined);
  await poll(() => Object.keys(takenAddresses(workspace)).length === 0);
  await poll(async () => (await agentState()).frameworks.length === 0);
  assert.equal(existsSync(directory), true);
  const [completed] = (await masterState()).completed_frameworks;
  assert.deepEqual(
    completed?.completed_tasks.map(({ id, state }) => [id, state]),
    [["task", "TASK_KILLED"]],
  );
});

test("a framework that stays away for longer than its failover timeout is removed, with its tasks", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "green", "10.111.0.0/24");
  await workspace.startMaster();
  await workspace.startRegisteredAgent();
  const framework = new TestFramework(MASTER, { info: { failoverTimeout: 1 } });
  await framework.subscribe();
  await framework.launch(shellTask("task", "exec sleep 1000", { networks: ["green"] }));
  await framework.update("task", TaskState.TASK_RUNNING);
  await framework.disconnect();
  await poll(async () => (await masterState()).completed_frameworks[0]?.id === framework.id);
  await poll(() => Object.keys(takenAddresses(workspace)).length === 0);
  const [removed] = (await masterState()).completed_frameworks;
  assert.deepEqual(
    removed?.completed_tasks.map(({ id, state }) => [id, state]),
    [["task", "TASK_KILLED"]],
  );
  const late = new TestFramework(MASTER, { info: { id: { value: framework.id } } });
  await assert.rejects(late.subscribe(), { code: "CALL_REFUSED", message: /Framework has been removed$/ });
});
