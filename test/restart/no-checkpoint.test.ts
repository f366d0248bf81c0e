import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { agentState, executorOf, masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { containerIdOf, observe, startTimeOf } from "./observed-container.ts";
import { printed } from "./printed.ts";
import { pluginCalls, recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

test("tasks of a framework that does not checkpoint end with their agent", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.104.0.0/24");
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const keeper = new TestFramework("127.0.0.1:5050");
  await keeper.subscribe();
  await keeper.launch(shellTask("kept", "exec sleep 1000", { networks: ["blue"] }));
  const kept = await keeper.update("kept", TaskState.TASK_RUNNING);
  const before = observe(workspace, kept);
  await keeper.suppress();
  const framework = new TestFramework("127.0.0.1:5050", { info: { checkpoint: false } });
  await framework.subscribe();

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await step(t, `by ${signal}`, async () => {
      const taskId = `lost-${signal}`;
      await framework.launch(shellTask(taskId, "echo here; exec sleep 1000", { networks: ["blue"] }));
      const running = await framework.update(taskId, TaskState.TASK_RUNNING);
      const { directory } = await executorOf(taskId);
      await printed(taskId, "here");

      await agent.end(signal);
      const lost = await framework.update(taskId, ...TERMINAL_STATES);
      assert.deepEqual(
        [lost.state, lost.source, lost.reason, lost.uuid.length],
        [TaskState.TASK_LOST, TaskStatus_Source.MASTER, TaskStatus_Reason.AGENT_DISCONNECTED, 0],
      );
      assert.match(lost.message, /^Agent \S+ disconnected$/);
      const { frameworks } = await masterState();
      const shown = frameworks.find(({ id }) => id === framework.id)!;
      assert.deepEqual(shown.tasks, []);
      assert.equal(shown.completed_tasks.at(-1)?.id, taskId);
      // an agent that was told to stop has taken its tasks down, after a crash the next one does
      const id = containerIdOf(running);
      if (signal === "SIGTERM") assert.equal(existsSync(workspace.cniPath(id)), false);

      agent = await workspace.startRegisteredAgent();
      assert.equal(startTimeOf(running.containerStatus!.executorPid), undefined);
      assert.equal(existsSync(workspace.cniPath(id)), false);
      assert.deepEqual(readdirSync(join(workspace.runtimeDir, "containers")), [containerIdOf(kept)]);
      assert.deepEqual(Object.values(takenAddresses(workspace)).length, 1);
      assert.deepEqual(pluginCalls(workspace).slice(-2), [`ADD ${id}`, `DEL ${id}`]);
      assert.equal(readFileSync(join(directory, "stdout"), "utf8"), "here\n");
      assert.deepEqual(
        (await agentState()).frameworks.map((one) => one.id),
        [keeper.id],
      );
      assert.equal(framework.updates.at(-1), lost);
    });
  }

  assert.deepEqual(observe(workspace, kept), before);
  assert.deepEqual(
    keeper.updates.map(({ state }) => state),
    [TaskState.TASK_STARTING, TaskState.TASK_RUNNING],
  );
  await framework.teardown();
  await keeper.teardown();
});
