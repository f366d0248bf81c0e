import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type Task, TaskSchema, TaskState, TaskStatusSchema } from "@fairlead/mesos-api";
import { MAX_STATUSES_PER_TASK } from "../limits.ts";
import { withStatus } from "./update.ts";

const { TASK_STARTING, TASK_RUNNING, TASK_FINISHED, TASK_KILLED } = TaskState;

function status(state: TaskState, message = "") {
  return create(TaskStatusSchema, { taskId: { value: "t" }, state, message, data: new Uint8Array(9) });
}

function apply(...states: TaskState[]): Task {
  const task = create(TaskSchema, { name: "t", state: TaskState.TASK_STAGING });
  return states.reduce((sum, state, index) => withStatus(sum, status(state, `${index}`), state), task);
}

test("equal states in a row collapse to the latest", () => {
  const { statuses } = apply(TASK_STARTING, TASK_RUNNING, TASK_RUNNING, TASK_FINISHED);
  assert.deepEqual(
    statuses.map(({ state, message }) => [state, message]),
    [
      [TASK_STARTING, "0"],
      [TASK_RUNNING, "2"],
      [TASK_FINISHED, "3"],
    ],
  );
});

test("data is not kept", () => {
  assert.equal(Object.hasOwn(apply(TASK_RUNNING).statuses[0]!, "data"), false);
});

test("the state is the latest one known, whatever this status says", () => {
  const task = create(TaskSchema, { name: "t", state: TASK_STARTING });
  const after = withStatus(task, status(TASK_RUNNING), TASK_FINISHED);
  assert.equal(after.state, TASK_FINISHED);
  assert.deepEqual(
    after.statuses.map(({ state }) => state),
    [TASK_RUNNING],
  );
});

test("a terminal state is never left", () => {
  assert.equal(apply(TASK_KILLED, TASK_RUNNING).state, TASK_KILLED);
});

test("statuses are bounded", () => {
  const flips = Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? TASK_STARTING : TASK_RUNNING));
  const { statuses } = apply(...flips);
  assert.equal(statuses.length, MAX_STATUSES_PER_TASK);
  assert.equal(statuses.at(-1)?.message, "499");
});
