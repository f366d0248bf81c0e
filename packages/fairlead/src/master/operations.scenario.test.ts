import assert from "node:assert/strict";
import { test } from "node:test";
import {
  internal,
  type MessageInitShape,
  type Offer_OperationSchema,
  OperationState,
  parseResources,
  scheduler,
  Offer_Operation_Type as Type,
} from "@fairlead/mesos-api";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import type { TestScheduler } from "./testing/test-scheduler.ts";

const { Call_Type, Event_Type } = scheduler;
const { AgentCall_Type, AgentEvent_Type } = internal;

type Operation = MessageInitShape<typeof Offer_OperationSchema>;

const answers = (framework: TestScheduler) =>
  framework
    .events(Event_Type.UPDATE_OPERATION_STATUS)
    .map(({ updateOperationStatus }) => updateOperationStatus?.status)
    .map((status) => [status?.operationId?.value, status?.state, status?.message]);

const resources = parseResources("cpus:1");
const [disk] = parseResources("disk:10");

for (const [name, operation] of [
  ["RESERVE", { type: Type.RESERVE, reserve: { resources } }],
  ["UNRESERVE", { type: Type.UNRESERVE, unreserve: { resources } }],
  ["CREATE", { type: Type.CREATE, create: { volumes: [disk!] } }],
  ["DESTROY", { type: Type.DESTROY, destroy: { volumes: [disk!] } }],
  ["GROW_VOLUME", { type: Type.GROW_VOLUME, growVolume: { volume: disk!, addition: disk! } }],
  ["SHRINK_VOLUME", { type: Type.SHRINK_VOLUME, shrinkVolume: { volume: disk!, subtract: { value: 1 } } }],
  ["CREATE_DISK", { type: Type.CREATE_DISK, createDisk: { source: disk!, targetType: 2 } }],
  ["DESTROY_DISK", { type: Type.DESTROY_DISK, destroyDisk: { source: disk! } }],
] as [string, Operation][]) {
  test(`${name} is refused by its id, and what follows it goes on`, async () => {
    const cluster = await TestCluster.start();
    const framework = cluster.scheduler();
    const agent = await cluster.agent();
    const [offer] = framework.offers;
    const launch: Operation = { type: Type.LAUNCH, launch: { taskInfos: [commandTask("t1", offer!)] } };
    framework.accept([offer!], [{ ...operation, id: { value: "op" } } as Operation, operation, launch]);
    assert.deepEqual(answers(framework), [
      ["op", OperationState.OPERATION_ERROR, `${name} operations are not supported on agent ${agent.id}`],
    ]);
    assert.equal(agent.launched.length, 1);
    assert.equal(cluster.master.metrics().get("master/operations/error"), 2);
  });
}

test("operations on offers that are not valid are refused with the reason", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  framework.accept([], [{ type: Type.RESERVE, id: { value: "op" }, reserve: { resources } }]);
  assert.deepEqual(answers(framework), [
    ["op", OperationState.OPERATION_ERROR, "Operation attempted with invalid offers: No offers specified"],
  ]);
});

test("operations are unknown wherever they are said to be", async () => {
  const cluster = await TestCluster.start();
  const lost = await cluster.agent();
  lost.disconnect();
  await cluster.clock.advance(91_000);
  const alive = await cluster.agent();
  const away = await cluster.agent();
  await cluster.restart();
  alive.master = cluster.master;
  alive.register();
  await cluster.settle();
  const framework = cluster.scheduler();
  const ask = (...agentIds: (string | undefined)[]) =>
    framework.call({
      type: Call_Type.RECONCILE_OPERATIONS,
      reconcileOperations: {
        operations: agentIds.map((value, index) => ({
          operationId: { value: `op${index}` },
          ...(value === undefined ? {} : { agentId: { value } }),
        })),
      },
    });
  assert.deepEqual(ask(alive.id, away.id, lost.id, "none", undefined), { status: 202 });
  assert.deepEqual(answers(framework), [
    ["op0", OperationState.OPERATION_UNKNOWN, "Reconciliation: Operation is unknown"],
    ["op1", OperationState.OPERATION_RECOVERING, "Reconciliation: Agent is recovered but has not re-registered"],
    ["op2", OperationState.OPERATION_UNREACHABLE, "Reconciliation: Agent is unreachable"],
    ["op3", OperationState.OPERATION_UNKNOWN, "Reconciliation: Both operation and agent are unknown"],
    ["op4", OperationState.OPERATION_UNKNOWN, "Reconciliation: Operation is unknown and no 'agent_id' was provided"],
  ]);
  assert.deepEqual(ask(), { status: 202 });
  assert.equal(answers(framework).length, 5);
});

test("calls about what does not exist here are taken, as in Mesos", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const offers = { inverseOfferIds: [{ value: "O1" }] };
  const uuid = new Uint8Array(16);
  for (const call of [
    { type: Call_Type.ACCEPT_INVERSE_OFFERS, acceptInverseOffers: offers },
    { type: Call_Type.DECLINE_INVERSE_OFFERS, declineInverseOffers: offers },
    { type: Call_Type.REQUEST, request: { requests: [{ resources }] } },
    {
      type: Call_Type.ACKNOWLEDGE_OPERATION_STATUS,
      acknowledgeOperationStatus: { agentId: { value: "S0" }, operationId: { value: "op" }, uuid },
    },
  ]) {
    assert.deepEqual(framework.call(call as never), { status: 202 });
  }
  const metrics = cluster.master.metrics();
  assert.equal(metrics.get("master/messages_resource_request"), 1);
  assert.equal(metrics.get("master/invalid_operation_status_update_acknowledgements"), 1);
});

test("messages both ways, and the end of an executor", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  const data = new Uint8Array([1, 2]);
  const to = { agentId: { value: agent.id }, executorId: { value: "e" } };
  const from = { frameworkId: { value: framework.frameworkId }, executorId: { value: "e" } };
  assert.deepEqual(framework.call({ type: Call_Type.MESSAGE, message: { ...to, data } }), { status: 202 });
  const [down] = agent.events(AgentEvent_Type.MESSAGE);
  assert.deepEqual([down?.message?.executorId?.value, down?.message?.data], ["e", data]);
  agent.call({ type: AgentCall_Type.MESSAGE, message: { ...from, data } });
  const [up] = framework.events(Event_Type.MESSAGE);
  assert.deepEqual([up?.message?.agentId?.value, up?.message?.data], [agent.id, data]);
  framework.call({ type: Call_Type.SHUTDOWN, shutdown: to });
  assert.equal(agent.events(AgentEvent_Type.SHUTDOWN_EXECUTOR)[0]?.shutdownExecutor?.executorId?.value, "e");
  agent.call({ type: AgentCall_Type.EXECUTOR_TERMINATED, executorTerminated: { ...from, status: 9 } });
  assert.equal(framework.events(Event_Type.FAILURE).length, 0, "an executor that nobody knew");

  agent.disconnect();
  framework.call({ type: Call_Type.MESSAGE, message: { ...to, data } });
  framework.call({ type: Call_Type.SHUTDOWN, shutdown: { ...to, agentId: { value: "none" } } });
  const metrics = cluster.master.metrics();
  assert.equal(metrics.get("master/valid_framework_to_executor_messages"), 1);
  assert.equal(metrics.get("master/invalid_framework_to_executor_messages"), 1);
  assert.equal(metrics.get("master/valid_executor_to_framework_messages"), 1);
});
