import assert from "node:assert/strict";
import { TaskState, type TaskStatus } from "@fairlead/mesos-api";
import { TERMINAL_STATES } from "../support/framework.ts";

const ORDER: readonly TaskState[] = [
  TaskState.TASK_STAGING,
  TaskState.TASK_STARTING,
  TaskState.TASK_RUNNING,
  TaskState.TASK_KILLING,
];

/**
 * Checks that what a framework heard of one task makes sense: every state comes after the one before, its end is told once, and is the last word.
 *
 * An update may come again as it was, until its acknowledgement has reached the disk of the agent: it has the same uuid then.
 */
export function assertLegalStory(updates: readonly TaskStatus[]): void {
  const told = updates.map(({ state, uuid }) => `${TaskState[state]} ${Buffer.from(uuid).toString("hex")}`);
  const distinct = [...new Set(told)];
  const states = distinct.map((text) => text.split(" ")[0]!);
  assert.deepEqual(states, [...new Set(states)], `no state is told twice by different updates: ${told.join(", ")}`);
  const ranks = updates.map(({ state }) => rank(state));
  assert.deepEqual(
    ranks,
    ranks.toSorted((a, b) => a - b),
    `a task never goes back: ${told.join(", ")}`,
  );
  const ends = distinct.filter((text) => TERMINAL_STATES.some((state) => text.startsWith(`${TaskState[state]} `)));
  assert.ok(ends.length <= 1, `a task ends once: ${told.join(", ")}`);
}

function rank(state: TaskState): number {
  const place = ORDER.indexOf(state);
  return place < 0 ? ORDER.length : place;
}
