import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readdirSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { agentState, containerAddresses, executorOf, masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { containerIdOf, observe, startTimeOf } from "./observed-container.ts";
import { pluginCalls, recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

/** Of an SQLite database, unless something else is asked for. */
const PAGE_BYTES = 4096;

function fillWithGarbage(path: string): void {
  for (const file of [path, `${path}-wal`]) writeFileSync(file, randomBytes(5 * PAGE_BYTES));
}

interface Damage {
  readonly damage: (path: string) => void;
  /** How the agent ends before: SIGTERM leaves all in the database itself, SIGKILL in the log beside it. */
  readonly signal: NodeJS.Signals;
  readonly isSetAside: boolean;
}

const DAMAGES: Readonly<Record<string, Damage>> = {
  "it is garbage": {
    damage: fillWithGarbage,
    signal: "SIGKILL",
    isSetAside: true,
  },
  "a page is garbage": {
    damage(path) {
      const fd = openSync(path, "r+");
      writeSync(fd, randomBytes(PAGE_BYTES), 0, PAGE_BYTES, PAGE_BYTES);
      closeSync(fd);
    },
    signal: "SIGTERM",
    isSetAside: true,
  },
  "only its beginning is there": {
    damage: (path) => truncateSync(path, PAGE_BYTES),
    signal: "SIGTERM",
    isSetAside: true,
  },
  "it is not there": {
    damage(path) {
      for (const file of [path, `${path}-wal`]) rmSync(file);
    },
    signal: "SIGKILL",
    isSetAside: false,
  },
};

test("an agent that has lost its database finds its containers all the same", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.112.0.0/24");
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  await framework.launch(shellTask("stays", "exec sleep 1000", { networks: ["blue"] }));
  const running = await framework.update("stays", TaskState.TASK_RUNNING);
  const before = observe(workspace, running);
  const { directory } = await executorOf("stays");
  const meta = workspace.path("agent", "meta");
  const database = join(meta, "agent.db");
  const setAside = () => readdirSync(meta).filter((name) => /^agent\.db\.damaged-[\dTZ.-]+$/.test(name));
  let damages = 0;

  for (const [name, { damage, signal, isSetAside }] of Object.entries(DAMAGES)) {
    await step(t, name, async () => {
      const taskId = `ends-${damages}`;
      const go = workspace.path(taskId);
      await framework.launch(
        shellTask(taskId, `until [ -e ${go} ]; do sleep 0.05; done; exit 4`, { networks: ["blue"] }),
      );
      const ends = await framework.update(taskId, TaskState.TASK_RUNNING);
      const calls = pluginCalls(workspace).length;
      const heard = framework.updates.length;

      await agent.end(signal);
      writeFileSync(go, "");
      await poll(() => startTimeOf(ends.containerStatus!.executorPid) === undefined);
      damage(database);
      agent = await workspace.startRegisteredAgent();

      if (isSetAside) damages++;
      assert.equal(setAside().length, damages);
      assert.deepEqual(
        (await masterState()).slaves.map(({ id }) => id),
        [running.agentId?.value],
      );
      assert.equal((await agentState()).id, running.agentId?.value);
      const ended = await framework.update(taskId, TaskState.TASK_FAILED);
      assert.equal(ended.message, "Command exited with status 4");
      assert.deepEqual(addressesOf(ended), addressesOf(ends));
      // what was told before is not known any more
      const again = await framework.until(() =>
        framework.updates.slice(heard).find((status) => status.taskId?.value === "stays"),
      );
      assert.deepEqual([again.state, again.uuid.length], [TaskState.TASK_RUNNING, 16]);
      assert.deepEqual(addressesOf(again), addressesOf(running));
      assert.deepEqual(observe(workspace, running), before);
      assert.deepEqual(pluginCalls(workspace).slice(calls), [`DEL ${containerIdOf(ends)}`]);
      assert.deepEqual(await containerAddresses(containerIdOf(running)), addressesOf(running));
      assert.equal((await executorOf("stays")).directory, directory);
    });
  }

  await step(t, "the next start needs no repair", async () => {
    await agent.end("SIGTERM");
    agent = await workspace.startRegisteredAgent();
    assert.equal(setAside().length, damages);
    assert.deepEqual(observe(workspace, running), before);
    await framework.kill("stays");
    const killed = await framework.update("stays", TaskState.TASK_KILLED);
    assert.deepEqual(addressesOf(killed), addressesOf(running));
    assert.deepEqual(takenAddresses(workspace), {});
    await framework.teardown();
  });
});

test("a master that has lost its registry takes its agents back under their ids", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "green", "10.113.0.0/24");
  const master = await workspace.startMaster();
  await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  await framework.launch(shellTask("stays", "exec sleep 1000", { networks: ["green"] }));
  const running = await framework.update("stays", TaskState.TASK_RUNNING);
  const before = observe(workspace, running);

  await master.end("SIGKILL");
  fillWithGarbage(workspace.path("master", "registry.db"));
  const heard = framework.updates.length;
  await workspace.startMaster();
  await framework.subscribe();
  await poll(async () => (await masterState()).slaves.length === 1);
  const [told] = await framework.reconcile({ taskId: running.taskId!, agentId: running.agentId! });
  assert.equal(told?.state, TaskState.TASK_RUNNING);
  assert.deepEqual(addressesOf(told), addressesOf(running));
  const returned = framework.updates.slice(heard).filter(({ uuid }) => uuid.length === 0);
  // only if the framework was there before its agent
  for (const { state, source, reason, message } of returned) {
    assert.deepEqual(
      [state, source, reason, message],
      [
        TaskState.TASK_RUNNING,
        TaskStatus_Source.MASTER,
        TaskStatus_Reason.AGENT_REREGISTERED,
        "Unknown agent reregistered",
      ],
    );
  }
  assert.equal((await masterState()).slaves[0]?.id, running.agentId?.value);
  assert.deepEqual(observe(workspace, running), before);
  assert.ok(readdirSync(workspace.path("master")).some((name) => name.startsWith("registry.db.damaged-")));
  await framework.teardown();
});
