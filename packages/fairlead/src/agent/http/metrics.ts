import { Resources, TaskState } from "@fairlead/mesos-api";
import type { Clock } from "../../base/clock.ts";
import { metricsSnapshot, shareMetrics, zeros } from "../../base/endpoints/metrics-snapshot.ts";
import type { AgentView } from "../entities.ts";
import type { ServedAgent } from "./served-agent.ts";

const RESOURCES = ["cpus", "gpus", "mem", "disk"] as const;

/** Metrics of Mesos whose value here is always 0: nothing preempts executors, and there is no fetcher. */
const ALWAYS_ZERO = [
  "slave/executors_preempted",
  "containerizer/fetcher/task_fetches_succeeded",
  "containerizer/fetcher/task_fetches_failed",
  "containerizer/fetcher/cache_size_total_bytes",
  "containerizer/fetcher/cache_size_used_bytes",
];

/** All metrics of an agent under Mesos's names: what the core counts, and the gauges that its entities tell. */
export function agentMetrics(agent: ServedAgent, clock: Clock): ReadonlyMap<string, number> {
  return metricsSnapshot(zeros(ALWAYS_ZERO), gauges(agent, clock), agent.metrics());
}

function gauges(agent: AgentView, clock: Clock): [name: string, value: number][] {
  const executors = Array.from(agent.frameworks.values(), (framework) => [...framework.executors.values()]).flat();
  const tasks = executors.flatMap((executor) => [...executor.tasks.values()]);
  const queued = executors.reduce((sum, executor) => sum + executor.queuedTasks.size, 0);
  const inState = (state: TaskState) => tasks.filter((task) => task.state === state).length;
  const total = Resources.of(agent.info.resources);
  return [
    ["slave/uptime_secs", (clock.now() - agent.startedMs) / 1000],
    ["slave/registered", agent.registered ? 1 : 0],
    ["slave/frameworks_active", agent.frameworks.size],
    ["slave/tasks_staging", queued + inState(TaskState.TASK_STAGING)],
    ["slave/tasks_starting", inState(TaskState.TASK_STARTING)],
    ["slave/tasks_running", inState(TaskState.TASK_RUNNING)],
    ["slave/tasks_killing", inState(TaskState.TASK_KILLING)],
    ...RESOURCES.flatMap((name) => [
      ...shareMetrics(`slave/${name}`, total.nonRevocable().scalar(name), agent.allocated.nonRevocable().scalar(name)),
      ...shareMetrics(
        `slave/${name}_revocable`,
        total.revocable().scalar(name),
        agent.allocated.revocable().scalar(name),
      ),
    ]),
  ];
}
