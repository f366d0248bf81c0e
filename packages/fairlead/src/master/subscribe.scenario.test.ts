import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FrameworkInfo_Capability_Type as Capability,
  type FrameworkId,
  internal,
  type MessageInitShape,
  scheduler,
  TaskState,
} from "@fairlead/mesos-api";
import type { MasterConfig } from "./config.ts";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import { MODERN, TestScheduler } from "./testing/test-scheduler.ts";

const { Call_Type, Event_Type } = scheduler;
const { AgentEvent_Type } = internal;

type CallInit = MessageInitShape<typeof scheduler.CallSchema>;

const types = ({ stream }: TestScheduler) => stream.events.map(({ type }) => type);

test("heartbeats: one at once, then one every 15 seconds", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  assert.equal(framework.events(Event_Type.SUBSCRIBED)[0]?.subscribed?.heartbeatIntervalSeconds, 15);
  assert.equal(framework.events(Event_Type.HEARTBEAT).length, 1);
  await cluster.clock.advance(14_999);
  assert.equal(framework.events(Event_Type.HEARTBEAT).length, 1);
  await cluster.clock.advance(30_001);
  assert.equal(framework.events(Event_Type.HEARTBEAT).length, 4);
});

for (const [name, info, options, error, config] of [
  [
    "roles without MULTI_ROLE",
    { user: "u", name: "n", roles: ["a"] },
    {},
    "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable",
  ],
  [
    "a role that is not listed",
    { user: "u", name: "n", role: "b" },
    {},
    "Roles { b } are not present in the master's --roles",
    { roles: ["a"] },
  ],
  [
    "root",
    { user: "root", name: "n" },
    {},
    "User 'root' is not allowed to run frameworks without --root_submissions set",
    { rootSubmissions: false },
  ],
  [
    "suppressed roles of others",
    { user: "u", name: "n" },
    { suppressedRoles: ["a"] },
    "Suppressed roles { a } are not contained in the set of roles",
  ],
  [
    "constraints for a role of others",
    { user: "u", name: "n" },
    { offerConstraints: { roleConstraints: { a: {} } } },
    "Offer constraints specify `role_constraints` for a role 'a'not contained in the set of roles",
  ],
  [
    "empty constraints",
    { user: "u", name: "n" },
    { offerConstraints: { roleConstraints: { "*": {} } } },
    "Offer constraints are not valid: 'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role *",
  ],
] as [string, TestScheduler["info"], object, string, Partial<MasterConfig>?][]) {
  test(`a subscription with ${name} is taken, told its error, and ended`, async () => {
    const cluster = await TestCluster.start(config);
    const framework = new TestScheduler(cluster.master, info);
    assert.deepEqual(framework.subscribe(options), { status: 200 });
    assert.deepEqual(types(framework), [Event_Type.ERROR]);
    assert.deepEqual(framework.errors, [error]);
    assert.equal(framework.stream.isEnded, true);
    assert.equal(cluster.master.frameworks.size, 0);
  });
}

test("a principal that may not register a role is told so", async () => {
  const cluster = await TestCluster.start(
    {},
    { authorizer: { authorize: (_, action) => action !== "register_framework" } },
  );
  const framework = cluster.scheduler();
  assert.deepEqual(framework.errors, ["Not authorized to register framework  with roles { web }"]);
});

test("a subscription that is not well formed is refused as a call", async () => {
  const cluster = await TestCluster.start();
  const framework = new TestScheduler(cluster.master, { name: "n" } as never);
  assert.deepEqual(framework.subscribe(), {
    status: 400,
    message: "Failed to validate scheduler::Call: Not initialized: subscribe.framework_info.user",
  });
  assert.equal(framework.stream.events.length, 0);
});

test("another instance takes over: the old one is told, its offers are gone without a word", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  const [offer] = framework.offers;
  framework.launch(framework.offers, commandTask("t1", offer!));
  await cluster.clock.advance(6_000);
  const [again] = framework.offers.slice(1);
  assert.ok(again);
  const old = framework.stream;
  const oldStreamId = framework.streamId;
  framework.info = { ...MODERN, user: "other", checkpoint: true, name: "renamed", roles: ["web", "db"] };
  framework.subscribe();

  assert.deepEqual(old.events.at(-1)?.error?.message, "Framework failed over");
  assert.equal(old.isEnded, true);
  assert.deepEqual(types(framework), [Event_Type.SUBSCRIBED, Event_Type.HEARTBEAT]);
  const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId);
  assert.equal(view?.offers.size, 0);
  assert.equal(view?.tasks.size, 1);
  assert.deepEqual([view?.info.name, view?.info.user, view?.info.checkpoint], ["renamed", "nobody", false]);
  assert.deepEqual(view?.roles, ["web", "db"]);
  assert.ok((view?.reregisteredMs ?? 0) > (view?.registeredMs ?? 0));
  const told = agent.events(AgentEvent_Type.UPDATE_FRAMEWORK).at(-1);
  assert.equal(told?.updateFramework?.frameworkInfo?.name, "renamed");

  cluster.master.schedulerDisconnected(oldStreamId);
  assert.equal(view?.connected, true, "the end of the old stream does not concern the new one");
  await cluster.settle();
  assert.equal(framework.offers.length, 1, "the resources are offered to the new instance");
});

test("a changed principal is refused, the old instance goes on", async () => {
  const cluster = await TestCluster.start();
  const framework = new TestScheduler(cluster.master, { ...MODERN, principal: "p" });
  framework.subscribe();
  const old = framework.stream;
  framework.info = { ...MODERN, principal: "q" };
  framework.subscribe();
  assert.deepEqual(framework.errors, ["Changing framework's principal is not allowed."]);
  assert.equal(framework.stream.isEnded, true);
  assert.equal(old.isEnded, false);
});

test("an id that this master does not know is taken as one of an earlier master", async () => {
  const cluster = await TestCluster.start();
  const framework = new TestScheduler(cluster.master);
  framework.frameworkId = "earlier-0007";
  framework.subscribe();
  assert.deepEqual(types(framework), [Event_Type.SUBSCRIBED, Event_Type.HEARTBEAT]);
  assert.equal(framework.frameworkId, "earlier-0007");
  const view = cluster.master.frameworks.get("earlier-0007" as FrameworkId);
  assert.deepEqual([view?.recovered, view?.connected, view?.active], [false, true, true]);
});

test("an id that somebody chose is given to nobody else", async () => {
  const cluster = await TestCluster.start();
  const early = new TestScheduler(cluster.master);
  early.frameworkId = `${cluster.master.info.id}-0000`;
  early.subscribe();
  assert.equal(cluster.scheduler().frameworkId, `${cluster.master.info.id}-0001`);
});

test("a framework that is away too long is removed: its tasks are killed, its id is spent", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler({ ...MODERN, failoverTimeout: 60 });
  const agent = await cluster.agent();
  const [offer] = framework.offers;
  framework.launch(framework.offers, commandTask("t1", offer!));
  await cluster.clock.advance(6_000);
  const id = framework.frameworkId as FrameworkId;
  framework.disconnect();
  const view = cluster.master.frameworks.get(id)!;
  assert.deepEqual([view.connected, view.active, view.offers.size], [false, false, 0]);

  await cluster.clock.advance(59_999);
  assert.equal(cluster.master.frameworks.has(id), true);
  await cluster.clock.advance(1);
  assert.equal(cluster.master.frameworks.has(id), false);
  const [completed] = cluster.master.completedFrameworks;
  assert.equal(completed?.id, id);
  assert.equal(completed?.unregisteredMs, cluster.clock.now());
  const [task] = completed!.completedTasks;
  assert.equal(task?.state, TaskState.TASK_KILLED);
  assert.equal(task?.statuses.at(-1)?.message, `Framework ${id} removed`);
  assert.equal(agent.events(AgentEvent_Type.SHUTDOWN_FRAMEWORK).length, 1);
  assert.equal(cluster.master.agents.values().next().value?.used.isEmpty, true);

  framework.subscribe();
  assert.deepEqual(framework.errors, ["Framework has been removed"]);
});

test("a framework that comes back in time keeps everything", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler({ ...MODERN, failoverTimeout: 60 });
  await cluster.agent();
  framework.launch(framework.offers, commandTask("t1", framework.offers[0]!));
  framework.disconnect();
  await cluster.clock.advance(59_000);
  framework.subscribe();
  await cluster.clock.advance(600_000);
  assert.equal(cluster.master.frameworks.get(framework.frameworkId as FrameworkId)?.tasks.size, 1);
});

test("without a failover timeout a framework is removed as soon as it is gone", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  framework.disconnect();
  await cluster.settle();
  assert.equal(cluster.master.frameworks.size, 0);
});

test("the oldest completed frameworks are forgotten", async () => {
  const cluster = await TestCluster.start({ maxCompletedFrameworks: 2 });
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const framework = cluster.scheduler();
    ids.push(framework.frameworkId);
    framework.call({ type: Call_Type.TEARDOWN });
  }
  assert.deepEqual(
    cluster.master.completedFrameworks.map(({ id }) => id),
    ids.slice(1),
  );
});

test("TEARDOWN ends stream and tasks", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  framework.launch(framework.offers, commandTask("t1", framework.offers[0]!));
  const before = framework.statuses.length;
  assert.deepEqual(framework.call({ type: Call_Type.TEARDOWN }), { status: 202 });
  assert.equal(framework.stream.isEnded, true);
  assert.equal(framework.statuses.length, before, "no update tells of the tasks");
  assert.equal(agent.tasks.size, 0);
  assert.deepEqual(framework.call({ type: Call_Type.TEARDOWN }), { status: 400, message: "Framework cannot be found" });
});

test("an operator tears down a framework by its id", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  assert.deepEqual(cluster.master.teardown("none" as FrameworkId, undefined), {
    status: 400,
    message: "No framework found with specified ID",
  });
  assert.deepEqual(cluster.master.teardown(framework.frameworkId as FrameworkId, undefined), { status: 200 });
  assert.equal(cluster.master.frameworks.size, 0);
});

test("calls are checked in Mesos's order", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler({ ...MODERN, failoverTimeout: 60, principal: "p" });
  assert.deepEqual(framework.call({ type: Call_Type.KILL }), {
    status: 400,
    message: "Failed to validate scheduler::Call: Expecting 'kill' to be present",
  });
  assert.deepEqual(framework.call({ type: Call_Type.REVIVE, frameworkId: { value: "none" } }), {
    status: 400,
    message: "Framework cannot be found",
  });
  assert.deepEqual(framework.call({ type: Call_Type.REVIVE }, null), {
    status: 400,
    message: "All non-subscribe calls should include the 'Mesos-Stream-Id' header",
  });
  assert.deepEqual(framework.call({ type: Call_Type.REVIVE }, "other"), {
    status: 400,
    message: `The stream ID 'other' included in this request didn't match the stream ID currently associated with framework ID ${framework.frameworkId}`,
  });
  assert.deepEqual(framework.call({ type: Call_Type.REVIVE }), { status: 202 });
  assert.deepEqual(framework.call({ type: Call_Type.UNKNOWN }), { status: 501 });
  framework.disconnect();
  assert.deepEqual(framework.call({ type: Call_Type.REVIVE }), { status: 403, message: "Framework is not subscribed" });
});

test("UPDATE_FRAMEWORK changes what may change, and is answered with 200", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler({ ...MODERN, roles: ["web", "db"] });
  const agent = await cluster.agent();
  const id = { value: framework.frameworkId };
  const update = (changes: object, rest: object = {}) =>
    framework.call({
      type: Call_Type.UPDATE_FRAMEWORK,
      updateFramework: { ...rest, frameworkInfo: { ...MODERN, roles: ["web"], id, ...changes } },
    } as CallInit);
  assert.deepEqual(
    framework.offers.map(({ allocationInfo }) => allocationInfo?.role),
    ["db"],
  );

  assert.deepEqual(update({ labels: { labels: [{ key: "k" }] } }), { status: 200 });
  assert.deepEqual(
    framework.events(Event_Type.RESCIND)[0]?.rescind?.offerId,
    framework.offers[0]?.id,
    "of the role it has left",
  );
  const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId);
  assert.deepEqual(view?.roles, ["web"]);
  assert.equal(view?.info.labels?.labels[0]?.key, "k");
  assert.equal(agent.events(AgentEvent_Type.UPDATE_FRAMEWORK).length, 1);
  await cluster.clock.advance(1_000);
  assert.equal(framework.offers.at(-1)?.allocationInfo?.role, "web");

  assert.deepEqual(update({ user: "x" }), {
    status: 400,
    message:
      "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'nobody' to 'x'",
  });
  assert.deepEqual(update({ roles: ["/"] }), {
    status: 400,
    message:
      "Supplied FrameworkInfo is not valid: 'FrameworkInfo.roles' contains invalid role: Role '/' cannot start with a slash",
  });
  assert.deepEqual(update({}, { suppressedRoles: ["db"] }), {
    status: 400,
    message: "'UpdateFramework' call is not valid: Suppressed roles { db } are not contained in the set of roles",
  });
  assert.deepEqual(update({}, { suppressedRoles: ["web"] }), { status: 200 });
  assert.deepEqual([...(view?.suppressedRoles ?? [])], ["web"]);
});

test("offers in the old formats for frameworks that know no others", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler({ user: "u", name: "old", role: "web" });
  await cluster.agent({ resources: "cpus(web):2;mem:64" });
  const [offer] = framework.offers;
  assert.equal(offer?.allocationInfo, undefined);
  assert.ok(offer?.resources.every(({ allocationInfo }) => allocationInfo === undefined));
  assert.deepEqual(
    offer?.resources.map(({ role, reservations }) => [role, reservations.length]),
    [
      ["web", 0],
      ["*", 0],
    ],
  );
  const task = commandTask("t1", offer!, "cpus(web):1;mem:32");
  framework.launch([offer!], task);
  assert.deepEqual(framework.statuses, []);
  assert.equal(cluster.master.frameworks.values().next().value?.tasks.size, 1);
});

test("capabilities are what a framework says, not what it once said", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler({ user: "u", name: "n", role: "web" });
  framework.info = { ...MODERN, roles: ["web"], capabilities: [{ type: Capability.MULTI_ROLE }] };
  framework.subscribe();
  await cluster.agent();
  assert.equal(framework.offers[0]?.allocationInfo?.role, "web");
});
