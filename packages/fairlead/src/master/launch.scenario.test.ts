import assert from "node:assert/strict";
import { test } from "node:test";
import { internal, scheduler, TaskState, TaskStatus_Source } from "@fairlead/mesos-api";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";

const { Event_Type } = scheduler;
const { AgentEvent_Type } = internal;

test("a task from the offer to its end", async () => {
  const cluster = await TestCluster.start();
  const scheduler = cluster.scheduler();
  assert.deepEqual(
    scheduler.stream.events.map(({ type }) => type),
    [Event_Type.SUBSCRIBED, Event_Type.HEARTBEAT],
    "the first heartbeat follows SUBSCRIBED at once",
  );
  assert.equal(scheduler.frameworkId, "00000000-0000-4000-8000-000000000001-0000");

  const agent = await cluster.agent();
  assert.equal(agent.id, "00000000-0000-4000-8000-000000000001-S0");
  const [offer] = scheduler.offers;
  assert.ok(offer);
  assert.equal(offer.id?.value, "00000000-0000-4000-8000-000000000001-O0");
  assert.equal(offer.allocationInfo?.role, "web");
  assert.equal(offer.url?.path, "/slave(1)");

  assert.deepEqual(scheduler.launch([offer], commandTask("t1", offer)), { status: 202 });
  const [launched] = agent.launched;
  assert.equal(launched?.taskId?.value, "t1");
  assert.equal(launched?.resources[0]?.allocationInfo?.role, "web");
  const framework = cluster.master.frameworks.get(scheduler.frameworkId as never);
  assert.equal(framework?.tasks.get("t1" as never)?.state, TaskState.TASK_STAGING);
  assert.equal(Object.hasOwn(framework!.tasks.get("t1" as never)!, "user"), false, "it names none itself");
  assert.equal(framework?.used.scalar("cpus"), 1);
  assert.equal(framework?.offered.isEmpty, true);

  agent.update("t1", TaskState.TASK_RUNNING);
  const [running] = scheduler.statuses;
  assert.equal(running?.state, TaskState.TASK_RUNNING);
  assert.equal(running?.source, TaskStatus_Source.EXECUTOR);
  assert.equal(running?.agentId?.value, agent.id);
  assert.equal(running?.uuid.length, 16);
  scheduler.acknowledge(running!);
  assert.equal(agent.events(AgentEvent_Type.ACKNOWLEDGE).length, 1);

  agent.update("t1", TaskState.TASK_FINISHED);
  assert.equal(framework?.used.isEmpty, true, "resources are free before the acknowledgement");
  assert.equal(framework?.tasks.size, 1, "the task stays until its end is acknowledged");
  scheduler.acknowledge(scheduler.statuses[1]!);
  assert.equal(framework?.tasks.size, 0);
  assert.deepEqual(
    framework?.completedTasks.map(({ statuses }) => statuses.map(({ state }) => state)),
    [[TaskState.TASK_RUNNING, TaskState.TASK_FINISHED]],
  );
  const metrics = cluster.master.metrics();
  assert.equal(metrics.get("master/tasks_finished"), 1);
  assert.equal(metrics.get("master/valid_status_update_acknowledgements"), 2);
  for (const [name, value] of metrics) assert.equal(typeof value, "number", name);
});
