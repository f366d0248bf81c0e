import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import { type FrameworkInit, MODERN } from "./testing/test-scheduler.ts";

const OLD = { ...MODERN, checkpoint: true, capabilities: MODERN.capabilities!.slice(0, 2) };
const AWARE = { ...MODERN, checkpoint: true };

/** One running task on a living agent, one agent that is lost, and a master that was restarted before another agent came back. */
async function scene(info: FrameworkInit) {
  const cluster = await TestCluster.start();
  const lost = await cluster.agent();
  const away = await cluster.agent();
  const alive = await cluster.agent();
  lost.disconnect();
  await cluster.clock.advance(91_000);
  const framework = cluster.scheduler(info);
  await cluster.clock.advance(1_000);
  const offer = framework.offers.find(({ agentId }) => agentId?.value === alive.id)!;
  framework.launch([offer], commandTask("known", offer));
  alive.update("known", TaskState.TASK_RUNNING, {
    status: { healthy: true, containerStatus: { executorPid: 7 } } as never,
  });
  const restart = async () => {
    await cluster.restart();
    alive.master = cluster.master;
    alive.register();
    await cluster.settle();
    framework.subscribe({}, cluster.master);
    framework.master = cluster.master;
  };
  return { cluster, framework, lost, away, alive, restart };
}

for (const [name, info, unreachable, gone, unknown] of [
  ["PARTITION_AWARE", AWARE, TaskState.TASK_UNREACHABLE, TaskState.TASK_GONE, TaskState.TASK_UNKNOWN],
  ["not PARTITION_AWARE", OLD, TaskState.TASK_LOST, TaskState.TASK_LOST, TaskState.TASK_LOST],
] as const) {
  test(`every answer of a reconciliation (${name})`, async () => {
    const { framework, lost, alive } = await scene(info);
    const before = framework.statuses.length;
    framework.reconcile(
      { taskId: "known" },
      { taskId: "known", agentId: lost.id },
      { taskId: "none", agentId: alive.id },
      { taskId: "none", agentId: lost.id },
      { taskId: "none", agentId: "never-was" },
      { taskId: "none" },
    );
    const answers = framework.statuses.slice(before);
    assert.deepEqual(
      answers.map(({ state, message }) => [state, message]),
      [
        [TaskState.TASK_RUNNING, "Reconciliation: Latest task state"],
        [TaskState.TASK_RUNNING, "Reconciliation: Latest task state"],
        [gone, "Reconciliation: Task is unknown to the agent"],
        [unreachable, "Reconciliation: Task is unreachable"],
        [unknown, "Reconciliation: Task is unknown"],
        [unknown, "Reconciliation: Task is unknown"],
      ],
    );
    for (const status of answers) {
      assert.equal(status.source, TaskStatus_Source.MASTER);
      assert.equal(status.reason, TaskStatus_Reason.RECONCILIATION);
      assert.equal(Object.hasOwn(status, "uuid"), false);
    }
    assert.equal(answers[0]?.agentId?.value, alive.id);
    assert.equal(answers[0]?.healthy, true);
    assert.equal(answers[0]?.containerStatus?.executorPid, 7);
    assert.ok(answers[3]?.unreachableTime !== undefined);
    assert.equal(answers[5]?.agentId, undefined);
  });
}

test("without names, one answer for each task that is known", async () => {
  const { framework } = await scene(AWARE);
  framework.reconcile();
  assert.deepEqual(
    framework.statuses.slice(1).map(({ taskId, state }) => [taskId?.value, state]),
    [["known", TaskState.TASK_RUNNING]],
  );
});

test("no answer about what may be on an agent that is not back after the master's restart", async () => {
  const { framework, away, alive, restart, cluster } = await scene(AWARE);
  await restart();
  const ask = () =>
    framework.reconcile(
      { taskId: "known" },
      { taskId: "none", agentId: away.id },
      { taskId: "none" },
      { taskId: "none", agentId: alive.id },
    );
  ask();
  assert.deepEqual(
    framework.statuses.map(({ taskId, state }) => [taskId?.value, state]),
    [
      ["known", TaskState.TASK_RUNNING],
      ["none", TaskState.TASK_GONE],
    ],
  );
  await cluster.clock.advance(601_000);
  const before = framework.statuses.length;
  ask();
  assert.deepEqual(
    framework.statuses.slice(before).map(({ state }) => state),
    [TaskState.TASK_RUNNING, TaskState.TASK_UNREACHABLE, TaskState.TASK_UNKNOWN, TaskState.TASK_GONE],
  );
});
