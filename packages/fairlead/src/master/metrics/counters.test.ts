import assert from "node:assert/strict";
import { test } from "node:test";
import { Offer_Operation_Type, TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { Counters } from "./counters.ts";

test("all counters are there from the start", () => {
  const { values } = new Counters();
  for (const name of ["master/messages_kill_task", "master/slave_removals/reason_unhealthy", "master/tasks_lost"]) {
    assert.equal(values.get(name), 0, name);
  }
  assert.equal(values.get("master/operations/reserve/error"), 0);
});

test("ends of tasks are counted under the names of the v0 API", () => {
  const counters = new Counters();
  counters.taskEnded(TaskState.TASK_LOST, TaskStatus_Source.MASTER, TaskStatus_Reason.AGENT_REMOVED);
  counters.taskEnded(TaskState.TASK_FAILED, TaskStatus_Source.AGENT, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
  counters.taskEnded(TaskState.TASK_GONE_BY_OPERATOR, TaskStatus_Source.MASTER, undefined);
  const { values } = counters;
  assert.equal(values.get("master/tasks_lost"), 1);
  assert.equal(values.get("master/task_lost/source_master/reason_slave_removed"), 1);
  assert.equal(values.get("master/task_failed/source_slave/reason_container_launch_failed"), 1);
  assert.equal(values.get("master/tasks_gone_by_operator"), 1);
});

test("unreachable tasks are a gauge, their reasons are counted", () => {
  const counters = new Counters();
  counters.taskEnded(TaskState.TASK_UNREACHABLE, TaskStatus_Source.MASTER, TaskStatus_Reason.AGENT_REMOVED);
  assert.equal(counters.values.has("master/tasks_unreachable"), false);
  assert.equal(counters.values.get("master/task_unreachable/source_master/reason_slave_removed"), 1);
});

test("refused operations are counted in all and by type", () => {
  const counters = new Counters();
  counters.operationRefused(Offer_Operation_Type.GROW_VOLUME);
  for (const name of ["error", "total", "grow_volume/error", "grow_volume/total"]) {
    assert.equal(counters.values.get(`master/operations/${name}`), 1, name);
  }
});
