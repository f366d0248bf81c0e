import { TaskState } from "@fairlead/mesos-api";
import type { Frameworks } from "./state/frameworks.ts";

/** What is counted, from the agent's start. */
export interface Counters {
  finished: number;
  failed: number;
  killed: number;
  lost: number;
  gone: number;
  executorsTerminated: number;
  validStatusUpdates: number;
  invalidStatusUpdates: number;
  validFrameworkMessages: number;
  invalidFrameworkMessages: number;
  containerLaunchErrors: number;
  recoveryErrors: number;
}

export function newCounters(): Counters {
  return {
    finished: 0,
    failed: 0,
    killed: 0,
    lost: 0,
    gone: 0,
    executorsTerminated: 0,
    validStatusUpdates: 0,
    invalidStatusUpdates: 0,
    validFrameworkMessages: 0,
    invalidFrameworkMessages: 0,
    containerLaunchErrors: 0,
    recoveryErrors: 0,
  };
}

/** Counts a task that ended in `state`; Mesos counts what never ran here nowhere. */
export function countTerminal(counters: Counters, state: TaskState): void {
  switch (state) {
    case TaskState.TASK_FINISHED:
      counters.finished++;
      break;
    case TaskState.TASK_FAILED:
      counters.failed++;
      break;
    case TaskState.TASK_KILLED:
      counters.killed++;
      break;
    case TaskState.TASK_LOST:
      counters.lost++;
      break;
    case TaskState.TASK_GONE:
      counters.gone++;
      break;
    default:
      break;
  }
}

export interface MetricsSource {
  readonly counters: Counters;
  readonly frameworks: Frameworks;
  /** Undefined until the recovery is done. */
  readonly recoverySeconds: number | undefined;
  readonly sandboxAgeSeconds: number;
}

/** The metrics of Mesos's agent that cannot be read from its entities. */
export function agentMetrics(source: MetricsSource): Map<string, number> {
  const { counters } = source;
  return new Map<string, number>([
    ["slave/recovery_errors", counters.recoveryErrors],
    ...(source.recoverySeconds === undefined ? [] : [["slave/recovery_time_secs", source.recoverySeconds] as const]),
    ["slave/tasks_finished", counters.finished],
    ["slave/tasks_failed", counters.failed],
    ["slave/tasks_killed", counters.killed],
    ["slave/tasks_lost", counters.lost],
    ["slave/tasks_gone", counters.gone],
    ...executorGauges(source.frameworks),
    ["slave/executors_terminated", counters.executorsTerminated],
    ["slave/valid_status_updates", counters.validStatusUpdates],
    ["slave/invalid_status_updates", counters.invalidStatusUpdates],
    ["slave/valid_framework_messages", counters.validFrameworkMessages],
    ["slave/invalid_framework_messages", counters.invalidFrameworkMessages],
    ["slave/executor_directory_max_allowed_age_secs", source.sandboxAgeSeconds],
    ["slave/container_launch_errors", counters.containerLaunchErrors],
  ]);
}

/** Executors that have ended, and wait for acknowledgements, are none of these. */
function executorGauges(frameworks: Frameworks): [string, number][] {
  let registering = 0;
  let running = 0;
  let terminating = 0;
  for (const executor of frameworks.executors()) {
    if (executor.ended) continue;
    if (executor.terminating) terminating++;
    else if (executor.queuedTasks.size > 0) registering++;
    else running++;
  }
  return [
    ["slave/executors_registering", registering],
    ["slave/executors_running", running],
    ["slave/executors_terminating", terminating],
  ];
}
