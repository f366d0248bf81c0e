import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskState } from "../gen/mesos/v1/task_pb.js";
import { isTerminal, knownState } from "./task-state.ts";

const ALL = Object.values(TaskState).filter((state) => typeof state === "number");
const names = (states: readonly TaskState[]) => states.map((state) => TaskState[state].replace("TASK_", "")).sort();

test("eight states are the end of a task", () => {
  assert.deepEqual(names(ALL.filter(isTerminal)), [
    "DROPPED",
    "ERROR",
    "FAILED",
    "FINISHED",
    "GONE",
    "GONE_BY_OPERATOR",
    "KILLED",
    "LOST",
  ]);
});

test("states that came with PARTITION_AWARE are LOST for those who do not have it", () => {
  assert.deepEqual(
    ALL.filter((state) => knownState(state, true) !== state),
    [],
  );
  const changed = ALL.filter((state) => knownState(state, false) !== state);
  assert.deepEqual(names(changed), ["DROPPED", "GONE", "GONE_BY_OPERATOR", "UNKNOWN", "UNREACHABLE"]);
  assert.deepEqual(new Set(changed.map((state) => knownState(state, false))), new Set([TaskState.TASK_LOST]));
});
