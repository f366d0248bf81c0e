import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scheduler, TaskState } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TestFramework } from "../support/framework.ts";
import { masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { startTimeOf } from "./observed-container.ts";
import { recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

const { Event_Type } = scheduler;

test("an agent that leaves takes its tasks with it", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.120.0.0/24");
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  const launch = async (taskId: string) => {
    await framework.launch(shellTask(taskId, "exec sleep 1000", { networks: ["blue"] }));
    return await framework.update(taskId, TaskState.TASK_RUNNING);
  };
  const nothingIsLeft = (pid: number): void => {
    assert.equal(startTimeOf(pid), undefined);
    assert.deepEqual(readdirSync(join(workspace.runtimeDir, "containers")), []);
    assert.deepEqual(takenAddresses(workspace), {});
  };

  await step(t, "with --recover=cleanup: the next one reports their end, under the same id", async () => {
    const running = await launch("cleaned");
    await agent.end("SIGKILL");
    const cleaner = workspace.startAgent("--recover=cleanup");
    assert.deepEqual(await cleaner.exited, { code: 0, signal: null });
    nothingIsLeft(running.containerStatus!.executorPid);
    agent = await workspace.startRegisteredAgent();
    const killed = await framework.update("cleaned", TaskState.TASK_KILLED);
    assert.deepEqual(addressesOf(killed), addressesOf(running));
    assert.equal(killed.agentId?.value, running.agentId?.value);
    assert.equal((await masterState()).slaves[0]?.id, running.agentId?.value);
  });

  await step(t, "with SIGUSR1: it tells their end, unregisters, and the next one is a new agent", async () => {
    const running = await launch("told");
    process.kill(agent.pid, "SIGUSR1");
    assert.deepEqual(await agent.exited, { code: 0, signal: null });
    nothingIsLeft(running.containerStatus!.executorPid);
    const killed = await framework.update("told", TaskState.TASK_KILLED);
    assert.deepEqual(addressesOf(killed), addressesOf(running));
    const failure = await framework.until(
      () => framework.events.findLast(({ type }) => type === Event_Type.FAILURE)?.failure,
    );
    assert.equal(failure.agentId?.value, running.agentId?.value);
    const state = await masterState();
    assert.deepEqual([state.slaves, state.unreachable_slaves, state.recovered_slaves], [[], 0, []]);
    assert.equal(existsSync(workspace.path("agent", "meta", "slaves", "latest")), false);
    agent = await workspace.startRegisteredAgent();
    const [slave, ...more] = (await masterState()).slaves;
    assert.deepEqual(more, []);
    assert.notEqual(slave?.id, running.agentId?.value);
  });
  await framework.teardown();
});
