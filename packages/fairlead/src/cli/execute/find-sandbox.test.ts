import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentState, sandboxIn } from "./find-sandbox.ts";

const STATE: AgentState = {
  frameworks: [
    {
      id: "f1",
      executors: [{ directory: "/running", tasks: [{ id: "t1" }], queued_tasks: [], completed_tasks: [] }],
      completed_executors: [{ directory: "/ended", tasks: [], completed_tasks: [{ id: "t2" }] }],
    },
  ],
  completed_frameworks: [
    { id: "f2", executors: [], completed_executors: [{ directory: "/gone", completed_tasks: [{ id: "t1" }] }] },
  ],
};

for (const [frameworkId, taskId, expected] of [
  ["f1", "t1", "/running"],
  ["f1", "t2", "/ended"],
  ["f2", "t1", "/gone"],
  ["f2", "t2", undefined],
  ["f3", "t1", undefined],
] as const) {
  test(`${taskId} of ${frameworkId} is in ${expected ?? "no sandbox"}`, () => {
    assert.equal(sandboxIn(STATE, frameworkId, taskId), expected);
  });
}
