import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  parseContainerId,
  parseExecutorId,
  parseFrameworkId,
  parseTaskId,
  TaskState,
  TaskStatusSchema,
} from "@fairlead/mesos-api";
import { silentLogger } from "../../base/log.ts";
import { createMemoryStore } from "../../base/store/memory-store.ts";
import { commandExecutorInfo } from "../executors/executor-info.ts";
import { toTask, withStatus } from "../state/task.ts";
import { aFramework, aTask } from "../testing/fixtures.ts";
import { Checkpoint } from "./checkpoint.ts";
import { readCheckpoint } from "./read-checkpoint.ts";

const run = {
  frameworkId: parseFrameworkId("M-0000"),
  executorId: parseExecutorId("t"),
  containerId: parseContainerId("c"),
};
const T = parseTaskId("t");
const framework = aFramework();
const info = aTask("t");
const task = toTask(info, framework.id!);
const records = { framework, executor: commandExecutorInfo(framework, info), info, task };
const status = (state: TaskState, id: number) =>
  create(TaskStatusSchema, { taskId: { value: T }, state, uuid: new Uint8Array(16).fill(id) });

test("what is written is read", async () => {
  const store = createMemoryStore();
  const checkpoint = new Checkpoint(store);
  await checkpoint.putTask(run, T, records);
  const starting = status(TaskState.TASK_STARTING, 1);
  const running = status(TaskState.TASK_RUNNING, 2);
  await checkpoint.putUpdate(run, T, withStatus(task, starting), starting);
  await checkpoint.putUpdate(run, T, withStatus(withStatus(task, starting), running), running);
  await checkpoint.putKill(run, T, { cause: "kill", startedMs: 7, gracePeriodMs: 3000 });
  const stored = await readCheckpoint(store, silentLogger);
  assert.equal(stored.errors, 0);
  assert.equal(stored.info, undefined);
  assert.equal(stored.frameworks.get(run.frameworkId)?.name, "web");
  const [read] = stored.runs;
  assert.deepEqual([read?.frameworkId, read?.executorId, read?.containerId], ["M-0000", "t", "c"]);
  assert.equal(read?.tasks[0]?.task.state, TaskState.TASK_RUNNING);
  assert.deepEqual(
    read?.tasks[0]?.updates.map(({ number, status: { state } }) => [number, state]),
    [
      [1, TaskState.TASK_STARTING],
      [2, TaskState.TASK_RUNNING],
    ],
  );
  assert.deepEqual(read?.tasks[0]?.kill, { cause: "kill", startedMs: 7, gracePeriodMs: 3000 });
});

test("an acknowledged update goes alone, also while a later one is not sent yet", async () => {
  const store = createMemoryStore();
  const checkpoint = new Checkpoint(store);
  await checkpoint.putTask(run, T, records);
  const updates = [1, 2, 3].map((id) => status(TaskState.TASK_RUNNING, id));
  for (const update of updates) await checkpoint.putUpdate(run, T, task, update);
  await checkpoint.removeUpdate(run, T, updates[0]!);
  await checkpoint.removeUpdate(run, T, updates[0]!);
  const stored = await readCheckpoint(store, silentLogger);
  assert.deepEqual(
    stored.runs[0]?.tasks[0]?.updates.map(({ number }) => number),
    [2, 3],
  );
});

test("numbers go on where the run before stopped, so that updates sort in their order for ever", async () => {
  const store = createMemoryStore();
  const checkpoint = new Checkpoint(store);
  await checkpoint.putTask(run, T, records);
  checkpoint.adoptUpdate(run, T, 9, status(TaskState.TASK_STARTING, 1));
  await checkpoint.putUpdate(run, T, task, status(TaskState.TASK_RUNNING, 2));
  await checkpoint.putUpdate(run, T, task, status(TaskState.TASK_KILLING, 3));
  const stored = await readCheckpoint(store, silentLogger);
  assert.deepEqual(
    stored.runs[0]?.tasks[0]?.updates.map(({ number }) => number),
    [10, 11],
  );
});

test("a run that is removed leaves nothing", async () => {
  const store = createMemoryStore();
  const checkpoint = new Checkpoint(store);
  await checkpoint.putTask(run, T, records);
  await checkpoint.putUpdate(run, T, task, status(TaskState.TASK_RUNNING, 1));
  await checkpoint.putKill(run, T, { cause: "shutdown", startedMs: 0, gracePeriodMs: 0 });
  await checkpoint.removeRun(run, [T]);
  await checkpoint.removeFramework(run.frameworkId);
  const stored = await readCheckpoint(store, silentLogger);
  assert.deepEqual([stored.runs.length, stored.frameworks.size, stored.errors], [0, 0, 0]);
  for (const bucket of ["executors", "tasks", "task_infos", "updates", "kills"]) {
    assert.deepEqual(await store.list(bucket), []);
  }
});
