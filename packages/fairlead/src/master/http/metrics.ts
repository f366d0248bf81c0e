import { TaskState } from "@fairlead/mesos-api";
import type { Clock } from "../../base/clock.ts";
import { metricsSnapshot, shareMetrics, zeros } from "../../base/endpoints/metrics-snapshot.ts";
import type { AgentView, MasterView } from "../entities.ts";
import type { ServedMaster } from "./served-master.ts";

const RESOURCES = ["cpus", "gpus", "mem", "disk"] as const;

/**
 * Metrics of Mesos whose value here is always 0, served because exporters complain of each that is missing: calls are carried out when they
 * arrive, so nothing queues, and operators cannot subscribe yet.
 */
const ALWAYS_ZERO = [
  "master/event_queue_messages",
  "master/event_queue_dispatches",
  "master/event_queue_http_requests",
  "master/operator_event_stream_subscribers",
  "allocator/event_queue_dispatches",
  "allocator/mesos/event_queue_dispatches",
];

/** All metrics of a master under Mesos's names: what the core counts, and the gauges that its entities tell. */
export function masterMetrics(master: ServedMaster, clock: Clock): ReadonlyMap<string, number> {
  return metricsSnapshot(zeros(ALWAYS_ZERO), gauges(master, clock), master.metrics());
}

function gauges(master: MasterView, clock: Clock): [name: string, value: number][] {
  const agents = [...master.agents.values()];
  const frameworks = [...master.frameworks.values()];
  const tasks = new Map<TaskState, number>();
  for (const framework of frameworks) {
    for (const { state } of framework.tasks.values()) tasks.set(state, (tasks.get(state) ?? 0) + 1);
  }
  const count = <T>(items: readonly T[], is: (item: T) => boolean) => items.filter(is).length;
  return [
    ["master/uptime_secs", (clock.now() - master.startedMs) / 1000],
    // there is no election yet: a master that answers leads
    ["master/elected", 1],
    ["master/slaves_connected", count(agents, ({ connected }) => connected)],
    ["master/slaves_disconnected", count(agents, ({ connected }) => !connected)],
    ["master/slaves_active", count(agents, ({ active }) => active)],
    ["master/slaves_inactive", count(agents, ({ active }) => !active)],
    ["master/slaves_unreachable", master.unreachableAgents.size],
    ["master/frameworks_connected", count(frameworks, ({ connected }) => connected)],
    ["master/frameworks_disconnected", count(frameworks, ({ connected }) => !connected)],
    ["master/frameworks_active", count(frameworks, ({ active }) => active)],
    ["master/frameworks_inactive", count(frameworks, ({ active }) => !active)],
    ["master/outstanding_offers", sum(frameworks, ({ offers }) => offers.size)],
    ["master/tasks_staging", tasks.get(TaskState.TASK_STAGING) ?? 0],
    ["master/tasks_starting", tasks.get(TaskState.TASK_STARTING) ?? 0],
    ["master/tasks_running", tasks.get(TaskState.TASK_RUNNING) ?? 0],
    ["master/tasks_killing", tasks.get(TaskState.TASK_KILLING) ?? 0],
    ["master/tasks_unreachable", sum(frameworks, ({ unreachableTasks }) => unreachableTasks.size)],
    ...RESOURCES.flatMap((name) => resourceMetrics(agents, name)),
  ];
}

function resourceMetrics(agents: readonly AgentView[], name: string): [name: string, value: number][] {
  const total = sum(agents, ({ total }) => total.nonRevocable().scalar(name));
  const used = sum(agents, ({ used }) => used.nonRevocable().scalar(name));
  const offered = sum(agents, ({ offered }) => offered.nonRevocable().scalar(name));
  return [
    ...shareMetrics(`master/${name}`, total, used),
    ...shareMetrics(
      `master/${name}_revocable`,
      sum(agents, ({ total }) => total.revocable().scalar(name)),
      sum(agents, ({ used }) => used.revocable().scalar(name)),
    ),
    [`allocator/mesos/resources/${name}/total`, total],
    [`allocator/mesos/resources/${name}/offered_or_allocated`, offered + used],
  ];
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
