import { type Resource, type Resources, TaskState, Value_Type } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import type { Timing } from "./timing.ts";

/** The resources for which Mesos has gauges. */
const GAUGED = ["cpus", "gpus", "mem", "disk"] as const;

/** The states that tasks leave again, with the ends of their gauges' names. */
const ACTIVE_STATES = [
  [TaskState.TASK_STAGING, "staging"],
  [TaskState.TASK_STARTING, "starting"],
  [TaskState.TASK_RUNNING, "running"],
  [TaskState.TASK_KILLING, "killing"],
] as const;

/**
 * All metrics of the core under Mesos's names: numbers only, and all of them from the start. What does not exist here (the event queues of
 * libprocess, maintenance, quota) is 0 where that is the truth, else absent.
 */
export function metricsSnapshot(core: Core, timings: readonly Timing[]): Map<string, number> {
  const metrics = new Map<string, number>(core.counters.values);
  const nowMs = core.clock.now();
  for (const timing of timings) for (const [name, value] of timing.values(nowMs)) metrics.set(name, value);
  for (const [name, value] of clusterGauges(core)) metrics.set(name, value);
  for (const [name, value] of taskGauges(core)) metrics.set(name, value);
  for (const [name, value] of resourceGauges(core)) metrics.set(name, value);
  for (const [name, value] of allocatorGauges(core)) metrics.set(name, value);
  for (const framework of [...core.completedFrameworks.entries.values(), ...core.frameworks.values()]) {
    for (const [name, value] of frameworkMetrics(framework)) metrics.set(name, value);
  }
  return metrics;
}

function* clusterGauges(core: Core): Generator<[string, number]> {
  const agents = [...core.agents.values()];
  const frameworks = [...core.frameworks.values()];
  const count = <T>(items: readonly T[], holds: (item: T) => boolean): number => items.filter(holds).length;
  yield ["master/elected", 1];
  yield ["master/slaves_connected", count(agents, ({ connected }) => connected)];
  yield ["master/slaves_disconnected", count(agents, ({ connected }) => !connected)];
  yield ["master/slaves_active", count(agents, ({ active }) => active)];
  yield ["master/slaves_inactive", count(agents, ({ active }) => !active)];
  yield ["master/slaves_unreachable", core.registry.unreachable.size];
  yield ["master/frameworks_connected", count(frameworks, ({ connected }) => connected)];
  yield ["master/frameworks_disconnected", count(frameworks, ({ connected }) => !connected)];
  yield ["master/frameworks_active", count(frameworks, ({ active }) => active)];
  yield ["master/frameworks_inactive", count(frameworks, ({ active }) => !active)];
  yield ["master/outstanding_offers", core.offers.size];
  yield ["master/operator_event_stream_subscribers", 0];
  // Calls are carried out as they come in: nothing waits in a queue of the master's own.
  yield ["master/event_queue_messages", 0];
  yield ["master/event_queue_dispatches", 0];
  yield ["master/event_queue_http_requests", 0];
  yield ["registrar/queued_operations", core.registry.pending];
  yield ["registrar/registry_size_bytes", core.registry.sizeBytes];
}

function* taskGauges(core: Core): Generator<[string, number]> {
  const states = new Map<TaskState, number>();
  let unreachable = 0;
  for (const framework of core.frameworks.values()) {
    for (const [state, count] of activeTasks(framework)) states.set(state, (states.get(state) ?? 0) + count);
    for (const { state } of framework.unreachableTasks.values()) {
      if (state === TaskState.TASK_UNREACHABLE) unreachable++;
    }
  }
  for (const [state, name] of ACTIVE_STATES) yield [`master/tasks_${name}`, states.get(state) ?? 0];
  yield ["master/tasks_unreachable", unreachable];
}

function* resourceGauges(core: Core): Generator<[string, number]> {
  const isRevocable = ({ revocable }: Resource): boolean => revocable !== undefined;
  const isFirm = (resource: Resource): boolean => !isRevocable(resource);
  const total = sum([...core.agents.values()].map((agent) => agent.total));
  const used = sum([...core.agents.values()].map((agent) => agent.used));
  for (const [infix, filter] of [
    ["", isFirm],
    ["_revocable", isRevocable],
  ] as const) {
    for (const name of GAUGED) {
      const of = scalar(total, name, filter);
      const taken = scalar(used, name, filter);
      yield [`master/${name}${infix}_total`, of];
      yield [`master/${name}${infix}_used`, taken];
      yield [`master/${name}${infix}_percent`, of === 0 ? 0 : taken / of];
    }
  }
}

function* allocatorGauges(core: Core): Generator<[string, number]> {
  const agents = [...core.allocator.agents.values()];
  const total = sum(agents.map((agent) => agent.total));
  const allocated = sum(agents.map((agent) => agent.allocatedTotal));
  for (const name of ["cpus", "mem", "disk"]) {
    yield [`allocator/mesos/resources/${name}/total`, scalar(total, name)];
    yield [`allocator/mesos/resources/${name}/offered_or_allocated`, scalar(allocated, name)];
  }
  yield ["allocator/mesos/allocation_runs", core.allocator.runs];
  yield ["allocator/mesos/event_queue_dispatches", 0];
  yield ["allocator/event_queue_dispatches", 0];
  for (const [role, count] of core.allocator.activeFilters()) {
    yield [`allocator/mesos/offer_filters/roles/${role}/active`, count];
  }
}

function* frameworkMetrics(framework: Framework): Generator<[string, number]> {
  const prefix = `master/frameworks/${encodeURIComponent(framework.info.name.toWellFormed())}/${framework.id}`;
  yield [`${prefix}/subscribed`, framework.connected ? 1 : 0];
  for (const role of framework.roles) {
    yield [`${prefix}/roles/${role}/suppressed`, framework.suppressedRoles.has(role) ? 1 : 0];
  }
  const active = new Map(activeTasks(framework));
  const unreachable = [...framework.unreachableTasks.values()];
  active.set(
    TaskState.TASK_UNREACHABLE,
    unreachable.filter(({ state }) => state === TaskState.TASK_UNREACHABLE).length,
  );
  for (const [name, value] of framework.counters.values()) yield [`${prefix}/${name}`, value];
  for (const [name, value] of framework.counters.activeTasks(active)) yield [`${prefix}/${name}`, value];
}

function activeTasks(framework: Framework): ReadonlyMap<TaskState, number> {
  const states = new Map<TaskState, number>();
  for (const { state } of framework.tasks.values()) states.set(state, (states.get(state) ?? 0) + 1);
  return states;
}

function sum(bags: readonly Resources[]): Resource[] {
  return bags.flatMap((bag) => bag.toArray());
}

/** In thousandths while summing, so that sums are exact. */
function scalar(resources: readonly Resource[], name: string, filter: (resource: Resource) => boolean = () => true) {
  let thousandths = 0;
  for (const resource of resources) {
    if (resource.name !== name || resource.type !== Value_Type.SCALAR || !filter(resource)) continue;
    thousandths += Math.round((resource.scalar?.value ?? 0) * 1000);
  }
  return thousandths / 1000;
}
