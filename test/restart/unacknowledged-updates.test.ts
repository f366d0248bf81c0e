import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskState } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { agentState, masterState } from "../support/state.ts";
import { Workspace } from "../support/workspace.ts";
import { distinct, uuidOf } from "./distinct-updates.ts";
import { recordedBridge } from "./recorded-network.ts";

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
    assert.deepEqual([again.state, uuidOf(again)], [state, uuidOf(first)]);
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
