import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type FrameworkId,
  internal,
  Offer_Operation_Type,
  scheduler,
  TaskState,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import { MODERN } from "./testing/test-scheduler.ts";

const { Call_Type, Event_Type } = scheduler;
const { AgentEvent_Type } = internal;

test("declined resources come again when the filter has expired", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  await cluster.agent();
  framework.decline(framework.offers, 10);
  await cluster.clock.advance(9_999);
  assert.equal(framework.offers.length, 1);
  await cluster.clock.advance(2_000);
  assert.equal(framework.offers.length, 2);
  framework.decline(framework.offers.slice(1));
  await cluster.clock.advance(4_000);
  assert.equal(framework.offers.length, 2, "5 seconds where none are named");
  await cluster.clock.advance(3_000);
  assert.equal(framework.offers.length, 3);
});

test("a LAUNCH of no tasks declines, and its filter counts", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  const launch = { type: Offer_Operation_Type.LAUNCH, launch: { taskInfos: [] } };
  assert.deepEqual(framework.accept(framework.offers, [launch], 60), { status: 202 });
  assert.equal(agent.launched.length, 0);
  await cluster.clock.advance(59_000);
  assert.equal(framework.offers.length, 1);
  await cluster.clock.advance(3_000);
  assert.equal(framework.offers.length, 2);
  assert.equal(cluster.master.metrics().get("master/messages_decline_offers"), 1);
});

test("what an ACCEPT leaves is declined, the rest is used", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const other = cluster.scheduler({ ...MODERN, roles: ["db"] });
  await cluster.agent();
  const [first, second] = framework.offers.length > 0 ? [framework, other] : [other, framework];
  first.launch(first.offers, commandTask("t1", first.offers[0]!, "cpus:1;mem:1024;ports:[31000-31001]"));
  await cluster.clock.advance(1_000);
  const [offer] = second.offers;
  assert.deepEqual(
    offer?.resources.map(({ name, scalar, ranges }) => [
      name,
      scalar?.value ?? ranges?.range.map(({ begin }) => begin),
    ]),
    [
      ["cpus", 3],
      ["mem", 3_072],
      ["disk", 10_000],
      ["ports", [31_002n]],
    ],
  );
});

test("offers end after --offer_timeout", async () => {
  const cluster = await TestCluster.start({ offerTimeoutMs: 5_000 });
  const framework = cluster.scheduler();
  await cluster.agent();
  await cluster.clock.advance(4_999);
  assert.equal(framework.events(Event_Type.RESCIND).length, 0);
  await cluster.clock.advance(1);
  assert.deepEqual(framework.events(Event_Type.RESCIND)[0]?.rescind?.offerId, framework.offers[0]?.id);
  await cluster.clock.advance(1_000);
  assert.equal(framework.offers.length, 2, "without a filter");
});

test("an offer that was answered does not end again", async () => {
  const cluster = await TestCluster.start({ offerTimeoutMs: 5_000 });
  const framework = cluster.scheduler();
  await cluster.agent();
  framework.decline(framework.offers, 1_000);
  await cluster.clock.advance(10_000);
  assert.equal(framework.events(Event_Type.RESCIND).length, 0);
});

test("SUPPRESS ends offers but not those that are out, REVIVE begins them again", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  await cluster.agent();
  assert.deepEqual(framework.call({ type: Call_Type.SUPPRESS }), { status: 202 });
  assert.equal(framework.events(Event_Type.RESCIND).length, 0);
  framework.decline(framework.offers, 0);
  await cluster.clock.advance(10_000);
  assert.equal(framework.offers.length, 1);
  framework.call({ type: Call_Type.REVIVE, revive: { roles: ["none"] } });
  await cluster.clock.advance(10_000);
  assert.equal(framework.offers.length, 1, "a role that is not its own drops the call");
  framework.call({ type: Call_Type.REVIVE });
  await cluster.settle();
  assert.equal(framework.offers.length, 2);
});

test("suppressed roles of a subscription get no offers", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  framework.subscribe({ suppressedRoles: ["web"] });
  await cluster.agent();
  await cluster.clock.advance(5_000);
  assert.equal(framework.offers.length, 0);
  framework.subscribe();
  await cluster.settle();
  assert.equal(framework.offers.length, 1);
});

test("two roles get by their weights", async () => {
  const cluster = await TestCluster.start({ weights: new Map([["gold", 2]]) });
  const gold = cluster.scheduler({ ...MODERN, roles: ["gold"] });
  const tin = cluster.scheduler({ ...MODERN, roles: ["tin"] });
  for (let i = 0; i < 30; i++) await cluster.agent({ resources: "cpus:1;mem:64" });
  assert.deepEqual([gold.offers.length, tin.offers.length], [20, 10]);
});

test("agents of which a framework wants nothing are not offered", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const exists = {
    selector: { selector: { case: "attributeName", value: "ssd" } },
    predicate: { predicate: { case: "exists", value: {} } },
  };
  framework.subscribe({
    offerConstraints: { roleConstraints: { web: { groups: [{ attributeConstraints: [exists] }] } } },
  } as never);
  await cluster.agent();
  await cluster.clock.advance(5_000);
  assert.equal(framework.offers.length, 0);
  const view = () => cluster.master.frameworks.get(framework.frameworkId as FrameworkId);
  assert.deepEqual(Object.keys(view()?.offerConstraints?.roleConstraints ?? {}), ["web"]);
  framework.subscribe();
  assert.equal(view()?.offerConstraints, undefined);
});

for (const [name, state, capabilities] of [
  ["PARTITION_AWARE", TaskState.TASK_DROPPED, MODERN.capabilities],
  ["not PARTITION_AWARE", TaskState.TASK_LOST, MODERN.capabilities!.slice(0, 2)],
] as const) {
  test(`tasks of offers that are not valid are dropped or lost (${name}), valid offers go back`, async () => {
    const cluster = await TestCluster.start();
    const framework = cluster.scheduler({ ...MODERN, capabilities: [...capabilities!] });
    await cluster.agent();
    await cluster.agent();
    const [offer, other] = framework.offers;
    assert.deepEqual(framework.launch([offer!, other!], commandTask("t1", offer!), commandTask("t2", offer!)), {
      status: 202,
    });
    for (const status of framework.statuses) {
      assert.equal(status.state, state);
      assert.equal(status.reason, TaskStatus_Reason.INVALID_OFFERS);
      assert.match(
        status.message,
        /^Task launched with invalid offers: Aggregated offers must belong to one single agent/,
      );
      assert.equal(Object.hasOwn(status, "uuid"), false);
    }
    assert.equal(framework.statuses.length, 2);
    const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId);
    assert.equal(view?.offers.size, 0);
    framework.launch([offer!], commandTask("t3", offer!));
    assert.match(framework.statuses[2]!.message, /Offer .*-O0 is no longer valid$/);
    framework.accept([], []);
    await cluster.clock.advance(1_000);
    assert.equal(framework.offers.length, 4, "both are offered again, without a filter");
    const metric = state === TaskState.TASK_LOST ? "master/tasks_lost" : "master/tasks_dropped";
    assert.equal(cluster.master.metrics().get(metric), 3);
  });
}

test("offers of others are not touched by who names them", async () => {
  const cluster = await TestCluster.start();
  const owner = cluster.scheduler();
  await cluster.agent();
  const thief = cluster.scheduler({ ...MODERN, roles: ["db"] });
  thief.launch(owner.offers, commandTask("t1", owner.offers[0]!));
  thief.decline(owner.offers);
  assert.match(thief.statuses[0]!.message, /has invalid framework/);
  owner.launch(owner.offers, commandTask("t2", owner.offers[0]!));
  assert.equal(owner.statuses.length, 0);
});

test("offers of an agent that goes away are rescinded", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  const offers = framework.offers;
  agent.disconnect();
  assert.deepEqual(
    framework.events(Event_Type.RESCIND).map(({ rescind }) => rescind?.offerId),
    [offers[0]?.id],
  );
  framework.launch(offers, commandTask("t1", offers[0]!));
  assert.match(framework.statuses[0]!.message, /is no longer valid/);
  assert.equal(agent.events(AgentEvent_Type.RUN_TASK).length, 0);
});

test("several offers of one agent are accepted together", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  framework.launch(framework.offers, commandTask("t1", framework.offers[0]!, "cpus:3;mem:64"));
  await cluster.clock.advance(7_000);
  agent.update("t1", TaskState.TASK_FINISHED);
  await cluster.settle();
  const offers = framework.offers.slice(1);
  assert.equal(offers.length, 2);
  framework.launch(offers, commandTask("t2", offers[0]!, "cpus:4;mem:4096"));
  assert.equal(agent.launched.length, 2);
  assert.deepEqual(
    framework.statuses.map(({ state }) => state),
    [TaskState.TASK_FINISHED],
  );
});
