import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentId,
  AgentInfoSchema,
  create,
  ExecutorInfoSchema,
  type FrameworkId,
  internal,
  parseResources,
  scheduler,
  TaskSchema,
  TaskState,
  toBinary,
} from "@fairlead/mesos-api";
import { heldStore } from "./testing/held-store.ts";
import { TestAgent } from "./testing/test-agent.ts";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import { MODERN } from "./testing/test-scheduler.ts";

const { Event_Type } = scheduler;
const { AgentEvent_Type } = internal;

const INFO = { ...MODERN, checkpoint: true, failoverTimeout: 3_600 };

async function running() {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler(INFO);
  const agent = await cluster.agent();
  const [offer] = framework.offers;
  framework.launch([offer!], commandTask("t1", offer!));
  agent.update("t1", TaskState.TASK_RUNNING);
  framework.acknowledge(framework.statuses[0]!);
  return { cluster, framework, agent };
}

/** Another master; agent and scheduler have not noticed yet. */
async function restart({ cluster, framework, agent }: Awaited<ReturnType<typeof running>>) {
  const { id } = cluster.master.info;
  await cluster.restart();
  assert.notEqual(cluster.master.info.id, id, "each run of a master has an id of its own");
  framework.master = cluster.master;
  agent.master = cluster.master;
}

test("agents come back under their ids, tasks and framework with them, then the scheduler", async () => {
  const scene = await running();
  const { cluster, framework, agent } = scene;
  const { id } = agent;
  await restart(scene);
  assert.deepEqual([...cluster.master.recoveredAgents.keys()], [id as AgentId]);
  assert.equal(cluster.master.recoveredAgents.get(id as AgentId)?.hostname, agent.hostname);
  agent.register();
  await cluster.settle();
  assert.equal(agent.id, id);
  assert.equal(cluster.master.recoveredAgents.size, 0);
  const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId)!;
  assert.deepEqual([view.recovered, view.connected, view.active, view.tasks.size], [true, false, false, 1]);
  assert.equal(view.used.scalar("cpus"), 1);

  framework.subscribe();
  assert.deepEqual(
    framework.stream.events.map(({ type }) => type),
    [Event_Type.SUBSCRIBED, Event_Type.HEARTBEAT],
  );
  assert.equal(framework.frameworkId, view.id);
  assert.equal(view.recovered, false);
  assert.equal(view.registeredMs, cluster.clock.now());
  await cluster.settle();
  assert.equal(framework.offers[0]?.resources.find(({ name }) => name === "cpus")?.scalar?.value, 3);
  framework.reconcile({ taskId: "t1", agentId: agent.id });
  assert.deepEqual(
    framework.statuses.map(({ state }) => state),
    [TaskState.TASK_RUNNING],
  );
});

test("the scheduler may be back before its agents", async () => {
  const scene = await running();
  const { cluster, framework, agent } = scene;
  await restart(scene);
  framework.subscribe();
  framework.reconcile({ taskId: "t1", agentId: agent.id });
  assert.deepEqual(framework.statuses, []);
  agent.register();
  await cluster.settle();
  assert.deepEqual(framework.statuses, [], "agents that were waited for are no surprise");
  framework.reconcile({ taskId: "t1", agentId: agent.id });
  assert.deepEqual(
    framework.statuses.map(({ state }) => state),
    [TaskState.TASK_RUNNING],
  );
});

test("an update that came meanwhile arrives, and its acknowledgement counts", async () => {
  const scene = await running();
  const { cluster, framework, agent } = scene;
  await restart(scene);
  const uuid = agent.update("t1", TaskState.TASK_FINISHED);
  agent.register();
  await cluster.settle();
  const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId)!;
  assert.equal(view.used.isEmpty, true);
  framework.subscribe();
  agent.update("t1", TaskState.TASK_FINISHED, { uuid });
  framework.acknowledge(framework.statuses[0]!);
  assert.equal(agent.events(AgentEvent_Type.ACKNOWLEDGE).length, 1);
  assert.deepEqual([view.tasks.size, view.completedTasks.length], [0, 1]);
});

test("an acknowledgement for the master before is dropped", async () => {
  const scene = await running();
  const { cluster, framework, agent } = scene;
  agent.update("t1", TaskState.TASK_KILLING);
  const status = framework.statuses.at(-1)!;
  await restart(scene);
  agent.register();
  await cluster.settle();
  framework.subscribe();
  framework.acknowledge(status);
  assert.equal(agent.events(AgentEvent_Type.ACKNOWLEDGE).length, 0);
});

test("agents that stay away are unreachable after their time", async () => {
  const scene = await running();
  const { cluster, framework, agent } = scene;
  await restart(scene);
  framework.subscribe();
  await cluster.clock.advance(599_999);
  assert.equal(cluster.master.recoveredAgents.size, 1);
  await cluster.clock.advance(1);
  assert.equal(cluster.master.recoveredAgents.size, 0);
  assert.deepEqual([...cluster.master.unreachableAgents.keys()], [agent.id as AgentId]);
  assert.equal(framework.events(Event_Type.FAILURE)[0]?.failure?.agentId?.value, agent.id);
  assert.equal(cluster.master.metrics().get("master/recovery_slave_removals"), 1);

  await restart(scene);
  assert.deepEqual([...cluster.master.unreachableAgents.keys()], [agent.id as AgentId], "also for the next master");
  framework.subscribe();
  agent.register();
  await cluster.settle();
  assert.equal(framework.statuses.at(-1)?.message, "Unreachable agent re-reregistered");
});

test("an agent that comes while it is being given up has to come again, and is back then", async () => {
  const held = heldStore();
  const info = create(AgentInfoSchema, { hostname: "late", id: { value: "S0" } });
  await held.memory.apply([{ bucket: "admitted", key: "S0", value: toBinary(AgentInfoSchema, info) }]);
  const cluster = await TestCluster.start({}, { store: held.store });
  await cluster.clock.advance(600_000);
  const agent = new TestAgent(cluster.master, cluster.clock, { hostname: "late" });
  agent.id = "S0";
  assert.equal(agent.register().status, 503);
  assert.equal(cluster.master.recoveredAgents.size, 1, "not lost before that is on disk");
  held.release();
  await cluster.settle();
  assert.deepEqual([...cluster.master.unreachableAgents.keys()], ["S0"]);
  agent.register();
  await cluster.settle();
  held.release();
  await cluster.settle();
  assert.deepEqual([...cluster.master.agents.keys()], ["S0"]);
  assert.equal(cluster.master.unreachableAgents.size, 0);
});

test("an agent that is registering when its time is over is not given up", async () => {
  const held = heldStore();
  const info = create(AgentInfoSchema, { hostname: "late", id: { value: "S0" } });
  await held.memory.apply([{ bucket: "admitted", key: "S0", value: toBinary(AgentInfoSchema, info) }]);
  const cluster = await TestCluster.start({}, { store: held.store });
  const agent = new TestAgent(cluster.master, cluster.clock, { hostname: "late" });
  agent.id = "S0";
  await cluster.clock.advance(599_000);
  agent.register();
  await cluster.clock.advance(2_000);
  held.release();
  await cluster.settle();
  assert.deepEqual([...cluster.master.agents.keys()], ["S0"]);
  assert.equal(cluster.master.metrics().get("master/slave_unreachable_canceled"), 1);
});

test("frameworks that stay away keep their tasks: they may not have heard of the new master", async () => {
  const scene = await running();
  const { cluster, framework, agent } = scene;
  await restart(scene);
  agent.register();
  await cluster.clock.advance(10_000_000);
  assert.equal(cluster.master.frameworks.get(framework.frameworkId as FrameworkId)?.tasks.size, 1);
});

test("executors, completed tasks and frameworks of several agents come together", async () => {
  const scene = await running();
  const { cluster, framework, agent } = scene;
  const other = await cluster.agent();
  await restart(scene);
  const frameworkId = { value: framework.frameworkId };
  for (const one of [agent, other]) {
    one.master = cluster.master;
    const registration = one.registration();
    registration.frameworks = [...agent.frameworks.values()];
    registration.executors = [
      create(ExecutorInfoSchema, {
        executorId: { value: "e" },
        frameworkId,
        command: { value: "x" },
        resources: parseResources("cpus:1"),
      }),
    ];
    registration.completedTasks = [
      create(TaskSchema, {
        name: "old",
        taskId: { value: `old-${one.id}` },
        frameworkId,
        agentId: { value: one.id },
        state: TaskState.TASK_FINISHED,
      }),
    ];
    one.register(registration);
  }
  await cluster.settle();
  const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId)!;
  assert.equal(view.executors.size, 2);
  assert.equal(view.used.scalar("cpus"), 3);
  assert.deepEqual(
    view.completedTasks.map(({ taskId }) => taskId?.value),
    [`old-${agent.id}`, `old-${other.id}`],
  );
  const used = [...cluster.master.agents.values()].map((one) => one.used.scalar("cpus"));
  assert.deepEqual(used, [2, 1]);
});

test("closing leaves no timers and no streams behind", async () => {
  const { cluster, framework, agent } = await running();
  framework.decline(framework.offers.slice(1), 1_000);
  await cluster.clock.advance(10_000);
  await cluster.master.close();
  await cluster.master.close();
  assert.deepEqual([framework.stream.isEnded, agent.stream.isEnded], [true, true]);
  assert.equal(cluster.clock.pending, 0);
  assert.equal(framework.subscribe().status, 503);
  assert.equal(agent.register().status, 503);
  assert.equal(cluster.clock.pending, 0);
});
