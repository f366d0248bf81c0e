import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  ExecutorInfoSchema,
  parseContainerId,
  parseExecutorId,
  parseTaskId,
  TaskState,
  TaskStatusSchema,
} from "@fairlead/mesos-api";
import { aFramework, allocated, aTask } from "../testing/fixtures.ts";
import { Executor } from "./executor.ts";

const T = parseTaskId("t");

function anExecutor(): Executor {
  const executor = new Executor({
    id: parseExecutorId("t"),
    info: create(ExecutorInfoSchema, { resources: allocated("cpus:0.1;mem:32") }),
    isCommandExecutor: true,
    containerId: parseContainerId("c"),
    directory: "/sandbox",
    frameworkId: aFramework().id!,
    checkpointed: true,
  });
  executor.enqueue(T, aTask("t"));
  return executor;
}

const status = (state: TaskState, id: number) => create(TaskStatusSchema, { state, uuid: new Uint8Array(16).fill(id) });

test("a task goes from queued to launched to terminated to completed", () => {
  const executor = anExecutor();
  assert.equal(executor.place(T), "queued");
  assert.equal(executor.resources.scalar("mem"), 96);
  executor.apply(T, status(TaskState.TASK_STARTING, 1));
  assert.equal(executor.place(T), "launched");
  executor.apply(T, status(TaskState.TASK_FINISHED, 2));
  assert.equal(executor.place(T), "terminated");
  executor.ended = true;
  assert.ok(executor.resources.isEmpty);
  assert.equal(executor.hasIncompleteTasks, true);
  executor.complete(T);
  assert.equal(executor.place(T), "completed");
  assert.equal(executor.hasIncompleteTasks, false);
  assert.deepEqual(executor.taskIds, ["t"]);
});

test("statuses with the same state collapse into the latest; messages are replaced, not changed", () => {
  const executor = anExecutor();
  executor.apply(T, status(TaskState.TASK_RUNNING, 1));
  const before = executor.tasks.get(T);
  executor.apply(T, status(TaskState.TASK_RUNNING, 2));
  const after = executor.tasks.get(T);
  assert.notEqual(before, after);
  assert.deepEqual([before?.statuses.length, after?.statuses.length], [1, 1]);
  assert.equal(after?.statuses[0]?.uuid[0], 2);
});

test("a preview changes nothing; a task that has ended has none", () => {
  const executor = anExecutor();
  const finished = status(TaskState.TASK_FINISHED, 1);
  assert.equal(executor.preview(T, finished)?.state, TaskState.TASK_FINISHED);
  assert.equal(executor.place(T), "queued");
  executor.apply(T, finished);
  assert.equal(executor.preview(T, status(TaskState.TASK_RUNNING, 2)), undefined);
});

test("what was sent to the master is part of the task", () => {
  const executor = anExecutor();
  executor.apply(T, status(TaskState.TASK_STARTING, 1));
  executor.apply(T, status(TaskState.TASK_RUNNING, 2));
  executor.forwarded(T, status(TaskState.TASK_STARTING, 1));
  const task = executor.tasks.get(T);
  assert.equal(task?.statusUpdateState, TaskState.TASK_STARTING);
  assert.equal(task?.state, TaskState.TASK_RUNNING);
});

test("a queued task is shown to the master as TASK_STAGING", () => {
  assert.deepEqual(
    anExecutor().incompleteTasks.map(({ state, name }) => [state, name]),
    [[TaskState.TASK_STAGING, "t"]],
  );
});
