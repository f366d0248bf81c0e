import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { containerIdOf, startTimeOf } from "./observed-container.ts";
import { printed } from "./printed.ts";
import { pluginCalls, recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

interface Ending {
  readonly command: string;
  readonly state: TaskState;
  readonly message: string | RegExp;
  readonly reason?: TaskStatus_Reason;
  readonly source?: TaskStatus_Source;
  /** Whether it is killed before its agent goes, and how long it may take to end. */
  readonly killGraceMs?: number;
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  finished: {
    command: "exit 0",
    state: TaskState.TASK_FINISHED,
    message: "Command exited with status 0",
  },
  failed: {
    command: "exit 7",
    state: TaskState.TASK_FAILED,
    message: "Command exited with status 7",
  },
  signalled: {
    command: "kill -USR1 $$; sleep 1000",
    state: TaskState.TASK_FAILED,
    message: "Command terminated with signal User defined signal 1",
  },
  "out-of-memory": {
    command: "head -c 100m /dev/zero | tail -c 100m",
    state: TaskState.TASK_FAILED,
    // its own 32 MB, and as much for its executor, as in Mesos
    message: /^Memory limit exceeded: Requested: 64MB Maximum Used: 64MB\n/,
    reason: TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY,
    source: TaskStatus_Source.AGENT,
  },
  "killed-and-finished": {
    command: "exit 0",
    killGraceMs: 600_000,
    state: TaskState.TASK_KILLED,
    message: "Command exited with status 0",
  },
};

test("tasks that ended while their agent was away are reported as they ended", async (t) => {
  const workspace = new Workspace(t);
  const go = workspace.path("go");
  recordedBridge(workspace, "blue", "10.103.0.0/24");
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();

  /** Resolves when the task has taken its SIGTERM: before, its agent may hold its processes, to send it to all of them. */
  const killAndWait = async (taskId: string, graceMs: number): Promise<void> => {
    await printed(taskId, "ready");
    await framework.kill(taskId, graceMs);
    await printed(taskId, "told");
  };

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await step(t, `the agent ended by ${signal}`, async () => {
      const running = new Map<string, Awaited<ReturnType<TestFramework["update"]>>>();
      const names = Object.keys(ENDINGS);
      await framework.launch(
        ...names.map((name) => {
          const wait = `trap 'echo told' TERM; echo ready; until [ -e ${go} ]; do sleep 0.05; done; ${ENDINGS[name]!.command}`;
          return shellTask(`${name}-${signal}`, wait, { networks: ["blue"] });
        }),
      );
      for (const name of names) running.set(name, await framework.update(`${name}-${signal}`, TaskState.TASK_RUNNING));
      for (const [name, { killGraceMs }] of Object.entries(ENDINGS)) {
        if (killGraceMs === undefined) continue;
        await killAndWait(`${name}-${signal}`, killGraceMs);
      }

      await agent.end(signal);
      writeFileSync(go, "");
      for (const status of running.values()) {
        await poll(() => startTimeOf(status.containerStatus!.executorPid) === undefined);
      }
      rmSync(go);
      const calls = pluginCalls(workspace).length;
      agent = await workspace.startRegisteredAgent();

      for (const [name, { state, message, reason, source = TaskStatus_Source.EXECUTOR }] of Object.entries(ENDINGS)) {
        const ended = await framework.update(`${name}-${signal}`, ...TERMINAL_STATES);
        assert.equal(TaskState[ended.state], TaskState[state], ended.message);
        if (typeof message === "string") assert.equal(ended.message, message);
        else assert.match(ended.message, message);
        assert.equal(Object.hasOwn(ended, "reason") ? ended.reason : undefined, reason);
        assert.equal(ended.source, source);
        assert.deepEqual(addressesOf(ended), addressesOf(running.get(name)!));
        assert.equal(containerIdOf(ended), containerIdOf(running.get(name)!));
      }
      const ids = [...running.values()].map(containerIdOf);
      assert.deepEqual(pluginCalls(workspace).slice(calls).toSorted(), ids.map((id) => `DEL ${id}`).toSorted());
      assert.deepEqual(takenAddresses(workspace), {});
    });
  }

  await step(t, "a kill whose grace period passes meanwhile is carried out", async () => {
    await framework.launch(
      shellTask("stubborn", "trap 'echo told' TERM; echo ready; while :; do sleep 0.05; done", { networks: ["blue"] }),
    );
    const running = await framework.update("stubborn", TaskState.TASK_RUNNING);
    await killAndWait("stubborn", 600);
    await agent.end("SIGKILL");
    assert.notEqual(startTimeOf(running.containerStatus!.executorPid), undefined);
    agent = await workspace.startRegisteredAgent();
    const killed = await framework.update("stubborn", ...TERMINAL_STATES);
    assert.deepEqual([killed.state, killed.message], [TaskState.TASK_KILLED, "Command terminated with signal Killed"]);
    assert.deepEqual(addressesOf(killed), addressesOf(running));
  });
  await framework.teardown();
});
