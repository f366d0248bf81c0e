import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { TaskState, type TaskStatus, TaskStatus_Reason } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { agentState, masterState } from "../support/state.ts";
import { Workspace } from "../support/workspace.ts";
import { recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

test("each update comes until it is acknowledged, however often its agent crashes", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.105.0.0/24");
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050", { acknowledge: false });
  await framework.subscribe();
  await framework.launch(shellTask("short", "exit 3", { networks: ["blue"] }));
  await poll(async () => (await agentState()).frameworks[0]?.executors[0]?.completed_tasks[0]?.state === "TASK_FAILED");

  const states = [TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_FAILED];
  for (const [index, state] of states.entries()) {
    const first = await framework.until(() => distinct(framework.updates)[index]);
    assert.equal(first.state, state);
    const heard = framework.updates.length;
    await agent.end("SIGKILL");
    agent = await workspace.startRegisteredAgent();
    const again = await framework.until(() => framework.updates[heard]);
    assert.deepEqual([again.state, hex(again)], [state, hex(first)]);
    assert.deepEqual(addressesOf(again), addressesOf(first));
    await framework.acknowledge(first);
  }
  await poll(async () => (await masterState()).frameworks[0]?.completed_tasks[0]?.id === "short");
  await poll(async () => (await agentState()).frameworks.length === 0);
  const heard = framework.updates.length;
  await agent.end("SIGKILL");
  agent = await workspace.startRegisteredAgent();
  assert.deepEqual((await agentState()).frameworks, []);
  // an answer of the master comes after whatever the agent had to say first
  await framework.reconcile({ taskId: { value: "short" } });
  assert.equal(framework.updates.length, heard);
  assert.deepEqual(
    distinct(framework.updates).map(({ state }) => state),
    states,
  );
  await framework.teardown();
});

test("no update is lost, doubled or out of order when an agent crashes among many", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "green", "10.106.0.0/24");
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();

  const ROUNDS = 4;
  const TASKS = 4;
  for (let round = 0; round < ROUNDS; round++) {
    const ids = Array.from({ length: TASKS }, (_, index) => `${round}-${index}`);
    const heard = framework.updates.length;
    const crashAfter = randomInt(TASKS * 3);
    t.diagnostic(`round ${round}: the agent is killed after ${crashAfter} updates`);
    await framework.launch(...ids.map((id) => shellTask(id, "exit 0", { networks: ["green"] })));
    const isOver = (id: string) => framework.updates.some((status) => isEnd(status) && status.taskId?.value === id);
    await framework.until(() => framework.updates.length - heard >= crashAfter || ids.every(isOver));
    await agent.end("SIGKILL");
    agent = await workspace.startRegisteredAgent();
    for (const id of ids) {
      const end = await framework.update(id, ...TERMINAL_STATES);
      const told = framework.updates.filter((status) => status.taskId?.value === id);
      const states = distinct(told).map(({ state }) => TaskState[state]);
      if (end.state === TaskState.TASK_DROPPED) {
        // its container was never started: the agent crashed before it knew of the task, or before it could say so
        assert.ok([TaskStatus_Reason.AGENT_RESTARTED, TaskStatus_Reason.RECONCILIATION].includes(end.reason));
        assert.deepEqual(states, ["TASK_DROPPED"]);
      } else {
        assert.deepEqual(states, ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"], end.message);
      }
    }
  }
  await poll(async () => (await agentState()).frameworks.length === 0);
  assert.deepEqual(takenAddresses(workspace), {});
  assert.deepEqual((await masterState()).frameworks[0]?.tasks, []);
  await framework.teardown();
});

/** Each update once, in the order in which they came first. */
function distinct(updates: readonly TaskStatus[]): TaskStatus[] {
  return [...new Map(updates.map((status) => [hex(status), status])).values()];
}

function isEnd({ state }: TaskStatus): boolean {
  return TERMINAL_STATES.includes(state);
}

function hex({ uuid }: TaskStatus): string {
  return Buffer.from(uuid).toString("hex");
}
