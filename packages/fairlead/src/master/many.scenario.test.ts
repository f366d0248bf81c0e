import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskState } from "@fairlead/mesos-api";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import { MODERN } from "./testing/test-scheduler.ts";

const COUNT = 1_000;

test("1,000 agents and 1,000 frameworks: everybody gets one, and runs a task on it", async () => {
  const cluster = await TestCluster.start();
  const frameworks = Array.from({ length: COUNT }, (_, index) =>
    cluster.scheduler({ ...MODERN, roles: [`team${index % 10}`], name: `f${index}`, failoverTimeout: 60 }),
  );
  const agents = [];
  for (let i = 0; i < COUNT; i++) agents.push(await cluster.agent());
  const offers = frameworks.map((framework) => framework.offers);
  assert.deepEqual(new Set(offers.map(({ length }) => length)), new Set([1]), "one offer for each framework");
  frameworks.forEach((framework, index) => {
    const [offer] = offers[index]!;
    framework.launch([offer!], commandTask("t", offer!, "cpus:4;mem:4096;disk:10000;ports:[31000-32000]"));
  });
  for (const agent of agents) agent.update("t", TaskState.TASK_RUNNING);
  assert.ok(frameworks.every(({ statuses }) => statuses.length === 1));

  const before = cluster.master.metrics().get("allocator/mesos/allocation_runs")!;
  await cluster.clock.advance(10_000);
  const metrics = cluster.master.metrics();
  assert.equal(metrics.get("allocator/mesos/allocation_runs"), before + 10, "one run a second, however many they are");
  assert.equal(metrics.get("master/tasks_running"), COUNT);
  assert.equal(metrics.get("master/cpus_used"), 4 * COUNT);
  assert.equal(metrics.get("master/outstanding_offers"), 0);

  for (const framework of frameworks) framework.disconnect();
  await cluster.clock.advance(60_000);
  assert.equal(cluster.master.frameworks.size, 0);
  assert.equal(cluster.master.completedFrameworks.length, 50);
  assert.equal(cluster.master.metrics().get("master/cpus_used"), 0);
});
