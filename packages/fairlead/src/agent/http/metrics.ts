import { Resources, TaskState } from "@fairlead/mesos-api";
import type { Clock } from "../../base/clock.ts";
import { metricsSnapshot, shareMetrics, zeros } from "../../base/endpoints/metrics-snapshot.ts";
import type { AgentView } from "../entities.ts";
import { AGENT_COUNTERS } from "./metric-names.ts";
import type { ServedAgent } from "./served-agent.ts";

const RESOURCES = ["cpus", "gpus", "mem", "disk"] as const;

/** All metrics of an agent under Mesos's names: what the core counts, and the gauges that its entities tell. */
export function agentMetrics(agent: ServedAgent, clock: Clock): ReadonlyMap<string, number> {
  return metricsSnapshot(zeros(AGENT_COUNTERS), gauges(agent, clock), agent.metrics());
}

function gauges(agent: AgentView, clock: Clock): [name: string, value: number][] {
  const executors = Array.from(agent.frameworks.values(), (framework) => [...framework.executors.values()]).flat();
  const tasks = executors.flatMap((executor) => [...executor.tasks.values()]);
  const queued = executors.reduce((sum, executor) => sum + executor.queuedTasks.size, 0);
  const inState = (state: TaskState) => tasks.filter((task) => task.state === state).length;
  // an executor takes its first task when it has registered
  const registering = executors.filter(({ queuedTasks, tasks }) => queuedTasks.size > 0 && tasks.size === 0).length;
  const total = Resources.of(agent.info.resources);
  return [
    ["slave/uptime_secs", (clock.now() - agent.startedMs) / 1000],
    ["slave/registered", agent.registered ? 1 : 0],
    ["slave/frameworks_active", agent.frameworks.size],
    ["slave/tasks_staging", queued + inState(TaskState.TASK_STAGING)],
    ["slave/tasks_starting", inState(TaskState.TASK_STARTING)],
    ["slave/tasks_running", inState(TaskState.TASK_RUNNING)],
    ["slave/tasks_killing", inState(TaskState.TASK_KILLING)],
    ["slave/executors_registering", registering],
    ["slave/executors_running", executors.length - registering],
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
