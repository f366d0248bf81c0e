import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentId,
  type FrameworkId,
  internal,
  scheduler,
  type TaskId,
  TaskState,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import { heldStore } from "./testing/held-store.ts";
import { TestAgent } from "./testing/test-agent.ts";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import { type FrameworkInit, MODERN } from "./testing/test-scheduler.ts";

const { Event_Type } = scheduler;
const { AgentCall_Type, AgentEvent_Type } = internal;

const OLD = { ...MODERN, checkpoint: true, failoverTimeout: 3_600, capabilities: MODERN.capabilities!.slice(0, 2) };
const AWARE = { ...MODERN, checkpoint: true, failoverTimeout: 3_600 };

async function running(info: FrameworkInit = AWARE, config = {}, dependencies = {}) {
  const cluster = await TestCluster.start(config, dependencies);
  const framework = cluster.scheduler(info);
  const agent = await cluster.agent({ hostname: "a1" });
  const [offer] = framework.offers;
  framework.launch([offer!], commandTask("t1", offer!));
  agent.update("t1", TaskState.TASK_RUNNING);
  framework.acknowledge(framework.statuses[0]!);
  const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId)!;
  return { cluster, framework, agent, view };
}

for (const [name, info, state] of [
  ["PARTITION_AWARE", AWARE, TaskState.TASK_UNREACHABLE],
  ["not PARTITION_AWARE", OLD, TaskState.TASK_LOST],
] as const) {
  test(`an agent that answers no ping is unreachable, and comes back with its tasks (${name})`, async () => {
    const { cluster, framework, agent, view } = await running(info);
    agent.answersPings = false;
    // The first ping that is not answered goes out after 15 seconds; five in a row make 90.
    await cluster.clock.advance(89_000);
    assert.equal(cluster.master.agents.size, 1);
    await cluster.clock.advance(2_000);
    assert.equal(cluster.master.agents.size, 0);
    assert.deepEqual([...cluster.master.unreachableAgents.keys()], [agent.id as AgentId]);
    assert.equal(agent.stream.isEnded, true);
    const lost = framework.statuses.at(-1)!;
    assert.equal(lost.state, state);
    assert.equal(lost.reason, TaskStatus_Reason.AGENT_REMOVED);
    assert.equal(lost.message, "health check timed out");
    assert.ok(lost.unreachableTime !== undefined);
    assert.equal(Object.hasOwn(lost, "uuid"), false);
    assert.deepEqual(
      framework.events(Event_Type.FAILURE).map(({ failure }) => failure?.agentId?.value),
      [agent.id],
    );
    assert.deepEqual([view.tasks.size, view.unreachableTasks.size], [0, 1]);
    assert.equal(view.used.isEmpty, true);

    agent.answersPings = true;
    agent.register();
    await cluster.settle();
    const back = framework.statuses.at(-1)!;
    assert.equal(back.state, TaskState.TASK_RUNNING);
    assert.equal(back.reason, TaskStatus_Reason.AGENT_REREGISTERED);
    assert.equal(back.message, "Unreachable agent re-reregistered");
    assert.equal(Object.hasOwn(back, "uuid"), false);
    assert.deepEqual([view.tasks.size, view.unreachableTasks.size, view.completedTasks.length], [1, 0, 0]);
    assert.equal(view.used.scalar("cpus"), 1);
    assert.equal(cluster.master.unreachableAgents.size, 0);
    assert.equal(cluster.master.agents.get(agent.id as AgentId)?.used.scalar("cpus"), 1);
  });
}

test("an agent whose stream broke is lost when it does not come back, as fast as by its pings", async () => {
  const { cluster, framework, agent } = await running();
  agent.disconnect();
  const view = cluster.master.agents.get(agent.id as AgentId)!;
  assert.deepEqual([view.connected, view.active], [false, false]);
  assert.equal(framework.statuses.at(-1)?.state, TaskState.TASK_RUNNING);
  await cluster.clock.advance(91_000);
  assert.equal(framework.statuses.at(-1)?.state, TaskState.TASK_UNREACHABLE);
});

test("an agent has no longer than agent_reregister_timeout, whatever the pings", async () => {
  const { cluster, framework, agent } = await running(AWARE, {
    maxAgentPingTimeouts: 1_000,
    agentReregisterTimeoutMs: 600_000,
  });
  agent.disconnect();
  await cluster.clock.advance(599_000);
  assert.equal(framework.statuses.at(-1)?.state, TaskState.TASK_RUNNING);
  await cluster.clock.advance(1_000);
  assert.equal(framework.statuses.at(-1)?.message, "agent did not reregister within 10mins after disconnecting");
});

test("an agent that comes back in time keeps its tasks, and is offered again", async () => {
  const { cluster, framework, agent, view } = await running();
  const statuses = framework.statuses.length;
  agent.disconnect();
  await cluster.clock.advance(60_000);
  assert.equal(framework.offers.length, 1);
  const id = agent.id;
  agent.register();
  await cluster.settle();
  assert.equal(agent.id, id);
  assert.equal(framework.statuses.length, statuses);
  assert.equal(framework.offers.length, 2);
  assert.equal(view.tasks.size, 1);
  await cluster.clock.advance(600_000);
  assert.equal(cluster.master.agents.size, 1);
  const metrics = cluster.master.metrics();
  assert.equal(metrics.get("master/slave_reregistrations"), 1);
  assert.equal(metrics.get("master/slaves_active"), 1);
});

test("tasks of frameworks that do not checkpoint are lost with the stream, and live again with the agent", async () => {
  const { cluster, framework, agent, view } = await running({ ...AWARE, checkpoint: false });
  agent.disconnect();
  const lost = framework.statuses.at(-1)!;
  assert.deepEqual(
    [lost.state, lost.reason, lost.message],
    [TaskState.TASK_LOST, TaskStatus_Reason.AGENT_DISCONNECTED, "Agent a1 disconnected"],
  );
  assert.deepEqual([view.tasks.size, view.completedTasks.length], [0, 1]);
  agent.register();
  await cluster.clock.advance(7_000);
  assert.equal(framework.statuses.at(-1)?.state, TaskState.TASK_RUNNING);
  assert.deepEqual([view.tasks.size, view.completedTasks.length], [1, 0]);
  assert.equal(framework.offers.at(-1)?.resources.find(({ name }) => name === "cpus")?.scalar?.value, 3);
});

for (const [name, info, state] of [
  ["PARTITION_AWARE", AWARE, TaskState.TASK_DROPPED],
  ["not PARTITION_AWARE", OLD, TaskState.TASK_LOST],
] as const) {
  test(`a task of which its agent has never heard is dropped when the agent comes back (${name})`, async () => {
    const { cluster, framework, agent, view } = await running(info);
    await cluster.clock.advance(7_000);
    const offer = framework.offers.at(-1)!;
    agent.stream.isEnded = true;
    framework.launch([offer], commandTask("t2", offer));
    agent.register();
    await cluster.settle();
    const status = framework.statuses.at(-1)!;
    assert.deepEqual(
      [status.taskId?.value, status.state, status.reason, status.message],
      ["t2", state, TaskStatus_Reason.RECONCILIATION, "Reconciliation: task unknown to the agent"],
    );
    assert.deepEqual([...view.tasks.keys()], ["t1"]);
    assert.equal(view.used.scalar("cpus"), 1);
    assert.equal(cluster.master.agents.get(agent.id as AgentId)?.used.scalar("cpus"), 1);
  });
}

test("a task that ended while the agent was away ends with its update, which counts as every other", async () => {
  const { cluster, framework, agent, view } = await running();
  agent.disconnect();
  agent.update("t1", TaskState.TASK_FAILED);
  agent.register();
  await cluster.settle();
  assert.equal(framework.statuses.at(-1)?.state, TaskState.TASK_RUNNING, "the update itself comes from the agent");
  agent.update("t1", TaskState.TASK_FAILED);
  assert.equal(view.tasks.get("t1" as TaskId)?.state, TaskState.TASK_FAILED);
  assert.equal(view.used.isEmpty, true);
  assert.equal(cluster.master.metrics().get("master/tasks_failed"), 1);
});

test("a framework that was removed while the agent was away is ended on it", async () => {
  const { cluster, framework, agent } = await running();
  agent.disconnect();
  cluster.master.teardown(framework.frameworkId as FrameworkId, undefined);
  agent.register();
  await cluster.settle();
  assert.equal(agent.events(AgentEvent_Type.SHUTDOWN_FRAMEWORK).length, 1);
  assert.equal(agent.tasks.size, 0);
  assert.equal(cluster.master.agents.get(agent.id as AgentId)?.used.isEmpty, true);
});

test("an agent that unregisters is gone: its tasks are lost, its id is forgotten", async () => {
  const { cluster, framework, agent } = await running();
  agent.call({ type: AgentCall_Type.UNREGISTER });
  await cluster.settle();
  const status = framework.statuses.at(-1)!;
  assert.deepEqual(
    [status.state, status.reason, status.message],
    [TaskState.TASK_LOST, TaskStatus_Reason.AGENT_REMOVED, "Agent a1 removed: the agent unregistered"],
  );
  assert.deepEqual([cluster.master.agents.size, cluster.master.unreachableAgents.size], [0, 0]);
  assert.equal(agent.stream.isEnded, true);
  assert.deepEqual(await cluster.store.list("admitted"), []);
});

test("a new agent at the address of one that is away takes its place", async () => {
  const { cluster, framework, agent } = await running();
  agent.disconnect();
  const heir = await cluster.agent({ hostname: "a1", pid: agent.pid });
  assert.notEqual(heir.id, agent.id);
  assert.deepEqual([...cluster.master.agents.keys()], [heir.id as AgentId]);
  assert.equal(framework.statuses.at(-1)?.message, "Agent a1 removed: a new agent registered at the same address");
});

test("an agent that has not heard its id gets the same one", async () => {
  const cluster = await TestCluster.start();
  const agent = await cluster.agent();
  const { id, stream } = agent;
  agent.id = "";
  agent.register();
  await cluster.settle();
  assert.equal(agent.id, id);
  assert.equal(stream.isEnded, true);
  assert.equal(cluster.master.agents.size, 1);
});

test("an agent that comes back from another address is shut down", async () => {
  const cluster = await TestCluster.start();
  const agent = await cluster.agent();
  const twin = new TestAgent(cluster.master, cluster.clock, {
    hostname: agent.hostname,
    pid: "slave(1)@10.9.9.9:5051",
  });
  twin.id = agent.id;
  twin.register();
  await cluster.settle();
  assert.equal(
    twin.events(AgentEvent_Type.SHUTDOWN)[0]?.shutdown?.message,
    "Agent attempted to reregister with different IP / hostname",
  );
  assert.equal(twin.stream.isEnded, true);
  assert.equal(cluster.master.agents.get(agent.id as AgentId)?.connected, true);
});

test("an agent of which nobody knows is taken under its id", async () => {
  const cluster = await TestCluster.start();
  const agent = new TestAgent(cluster.master, cluster.clock);
  agent.id = "elsewhere-S5";
  agent.register();
  await cluster.settle();
  assert.deepEqual([...cluster.master.agents.keys()], ["elsewhere-S5"]);
});

test("an id that an agent came with is given to no other", async () => {
  const cluster = await TestCluster.start();
  const agent = new TestAgent(cluster.master, cluster.clock);
  agent.id = `${cluster.master.info.id}-S0`;
  agent.register();
  assert.equal((await cluster.agent()).id, `${cluster.master.info.id}-S1`);
  assert.equal(cluster.master.agents.size, 2);
});

for (const [name, secret, expected] of [
  ["the secret", "s3cret", 200],
  ["another secret", "s3cre7", 401],
  ["no secret", undefined, 401],
] as const) {
  test(`an agent with ${name}`, async () => {
    const cluster = await TestCluster.start({ agentSecret: "s3cret" });
    const agent = new TestAgent(cluster.master, cluster.clock, secret === undefined ? {} : { secret });
    assert.equal(agent.register().status, expected);
    await cluster.settle();
    assert.equal(cluster.master.agents.size, expected === 200 ? 1 : 0);
  });
}

test("an agent with a domain needs a master with one", async () => {
  const domain = { faultDomain: { region: { name: "r" }, zone: { name: "z" } } };
  const cluster = await TestCluster.start();
  const agent = new TestAgent(cluster.master, cluster.clock, { info: { domain } as never });
  assert.equal(agent.register().status, 403);
});

test("a changed attribute or amount is taken over when the agent comes back", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  framework.decline(framework.offers, 1_000);
  agent.disconnect();
  const registration = agent.registration();
  registration.agentInfo!.resources = registration.agentInfo!.resources.slice(0, 1);
  registration.agentInfo!.attributes.push({ $typeName: "mesos.v1.Attribute", name: "rack", type: 3 } as never);
  agent.register(registration);
  await cluster.settle();
  assert.deepEqual(
    framework.offers.at(-1)?.resources.map(({ name }) => name),
    ["cpus"],
  );
  assert.equal(cluster.master.agents.get(agent.id as AgentId)?.info.attributes.length, 1);
});

test("offers of an agent whose amounts changed are rescinded, also where its old stream seemed to live", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  const registration = agent.registration();
  registration.agentInfo!.resources = registration.agentInfo!.resources.slice(0, 1);
  agent.register(registration);
  await cluster.settle();
  assert.deepEqual(
    framework.events(Event_Type.RESCIND).map(({ rescind }) => rescind?.offerId),
    [framework.offers[0]?.id],
  );
  assert.deepEqual(
    framework.offers.at(-1)?.resources.map(({ name }) => name),
    ["cpus"],
  );
});

test("what an agent brings anew is not on offer any more, also where its old stream seemed to live", async () => {
  const { cluster, framework, agent } = await running();
  const registration = agent.registration();
  agent.register({ ...registration, tasks: [] });
  await cluster.clock.advance(6_000);
  const offered = () => cluster.master.agents.get(agent.id as AgentId)!.offered.scalar("cpus");
  assert.equal(offered(), 4);
  const offer = framework.offers.at(-1);
  agent.register(registration);
  await cluster.clock.advance(1_000);
  assert.deepEqual(framework.events(Event_Type.RESCIND).at(-1)?.rescind?.offerId, offer?.id);
  assert.equal(offered(), 3);
});

test("nothing is admitted before it is on disk; what an agent says meanwhile waits", async () => {
  const held = heldStore();
  const cluster = await TestCluster.start({}, { store: held.store });
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  assert.deepEqual(agent.stream.events, []);
  assert.deepEqual([cluster.master.agents.size, framework.offers.length], [0, 0]);
  assert.equal(cluster.master.metrics().get("registrar/queued_operations"), 1);
  const call = { frameworkId: { value: framework.frameworkId }, executorId: { value: "e" }, data: new Uint8Array([1]) };
  assert.deepEqual(agent.call({ type: AgentCall_Type.MESSAGE, message: call }), { status: 202 });
  assert.equal(framework.events(Event_Type.MESSAGE).length, 0);
  held.release();
  await cluster.settle();
  assert.equal(agent.events(AgentEvent_Type.REGISTERED).length, 1);
  assert.equal(framework.offers.length, 1);
  assert.equal(framework.events(Event_Type.MESSAGE).length, 1);
});

test("an agent that cannot be stored is not admitted, and may try again", async () => {
  const held = heldStore();
  const cluster = await TestCluster.start({}, { store: held.store });
  held.fail = true;
  const agent = await cluster.agent();
  held.release();
  await cluster.settle();
  assert.deepEqual([agent.id, agent.stream.isEnded, cluster.master.agents.size], ["", true, 0]);
  held.fail = false;
  agent.register();
  await cluster.settle();
  held.release();
  await cluster.settle();
  assert.equal(cluster.master.agents.size, 1);
});

test("the newest of several registrations wins", async () => {
  const held = heldStore();
  const cluster = await TestCluster.start({}, { store: held.store });
  const agent = await cluster.agent();
  const first = agent.stream;
  agent.register();
  await cluster.settle();
  assert.equal(first.isEnded, true);
  for (let i = 0; i < 4; i++) {
    held.release();
    await cluster.settle();
  }
  assert.equal(agent.events(AgentEvent_Type.REGISTERED).length, 1);
  assert.deepEqual([...cluster.master.agents.keys()], [agent.id as AgentId]);
  assert.deepEqual(
    (await cluster.store.list("admitted")).map(({ key }) => key),
    [agent.id],
    "no ghost stays behind",
  );
});

test("an agent that is gone before it was stored leaves nothing behind", async () => {
  const held = heldStore();
  const cluster = await TestCluster.start({}, { store: held.store });
  const agent = await cluster.agent();
  agent.disconnect();
  for (let i = 0; i < 3; i++) {
    held.release();
    await cluster.settle();
  }
  assert.equal(cluster.master.agents.size, 0);
  assert.deepEqual(await cluster.store.list("admitted"), []);
});

test("an agent that is lost is reported when that is on disk, also where the disk was full for a while", async () => {
  const held = heldStore();
  const { cluster, framework, agent } = await (async () => {
    const cluster = await TestCluster.start({}, { store: held.store });
    const framework = cluster.scheduler(AWARE);
    const agent = await cluster.agent();
    held.release();
    await cluster.settle();
    framework.launch(framework.offers, commandTask("t1", framework.offers[0]!));
    return { cluster, framework, agent };
  })();
  agent.answersPings = false;
  held.fail = true;
  await cluster.clock.advance(91_000);
  assert.deepEqual(framework.statuses, []);
  held.release();
  await cluster.settle();
  assert.equal(cluster.master.agents.size, 1);
  assert.deepEqual(agent.register(), {
    status: 503,
    message: "The agent is being marked unreachable or removed",
  });
  held.fail = false;
  await cluster.clock.advance(10_000);
  held.release();
  await cluster.settle();
  assert.deepEqual(
    framework.statuses.map(({ state }) => state),
    [TaskState.TASK_UNREACHABLE],
  );
});

test("calls without a session are refused", async () => {
  const cluster = await TestCluster.start();
  const agent = await cluster.agent();
  agent.disconnect();
  assert.deepEqual(agent.call({ type: AgentCall_Type.PONG }), { status: 403, message: "Agent is not registered" });
  agent.register();
  await cluster.settle();
  assert.equal(agent.call({ type: AgentCall_Type.REGISTER }).status, 400);
  assert.equal(agent.call({ type: AgentCall_Type.UPDATE }).status, 400);
  assert.equal(agent.call({ type: AgentCall_Type.UNKNOWN }).status, 501);
});
