import { type TaskResourceLimitation, TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { errorText } from "../../base/errors.ts";
import type { ContainerTermination } from "../../containerizer/containerizer.ts";
import type { KillRecord } from "../checkpoint/checkpoint.ts";
import { succeeded, waitStatusText } from "./wait-status.ts";

/** How a task ends, before it is told: state, reason and words. */
export interface Ending {
  readonly state: TaskState;
  readonly source: TaskStatus_Source;
  readonly reason?: TaskStatus_Reason;
  readonly message: string;
  readonly limitation?: TaskResourceLimitation;
}

/** The command has run and ended: what Mesos's command executor says, or the agent where a limit ended the container. */
export function endingOf(termination: ContainerTermination, kill: KillRecord["cause"] | undefined): Ending {
  const killed = kill === "kill" || kill === "shutdown";
  if (!killed && (termination.reason !== undefined || termination.state !== undefined)) return limited(termination);
  if (termination.status === undefined && !killed) {
    return agentEnding(
      TaskState.TASK_FAILED,
      TaskStatus_Reason.EXECUTOR_TERMINATED,
      `Abnormal executor termination: ${termination.message ?? "unknown container"}`,
    );
  }
  const message =
    termination.status === undefined
      ? "Failed to get exit status for Command"
      : `Command ${waitStatusText(termination.status)}`;
  return { source: TaskStatus_Source.EXECUTOR, message, ...outcome(termination.status, kill) };
}

function outcome(
  status: number | undefined,
  kill: KillRecord["cause"] | undefined,
): { state: TaskState; reason?: TaskStatus_Reason } {
  if (kill === "max-completion-time") {
    return { state: TaskState.TASK_FAILED, reason: TaskStatus_Reason.MAX_COMPLETION_TIME_REACHED };
  }
  // killed is killed, even if the command took the signal and exited with 0
  if (kill !== undefined) return { state: TaskState.TASK_KILLED };
  return { state: status !== undefined && succeeded(status) ? TaskState.TASK_FINISHED : TaskState.TASK_FAILED };
}

function limited(termination: ContainerTermination): Ending {
  return {
    ...agentEnding(
      termination.state ?? TaskState.TASK_FAILED,
      termination.reason ?? TaskStatus_Reason.EXECUTOR_TERMINATED,
      termination.message ?? "Executor terminated",
    ),
    ...(termination.limitation === undefined ? {} : { limitation: termination.limitation }),
  };
}

/** The container could not be made. */
export function launchFailed(error: unknown): Ending {
  return agentEnding(
    TaskState.TASK_FAILED,
    TaskStatus_Reason.CONTAINER_LAUNCH_FAILED,
    `Failed to launch container: ${errorText(error)}`,
  );
}

/** The kill came before the command's first instruction. */
export function killedDuringLaunch(cause: KillRecord["cause"]): Ending {
  if (cause === "shutdown") {
    return agentEnding(TaskState.TASK_FAILED, TaskStatus_Reason.EXECUTOR_TERMINATED, "Executor terminated");
  }
  return agentEnding(
    TaskState.TASK_KILLED,
    TaskStatus_Reason.TASK_KILLED_DURING_LAUNCH,
    "Killed before delivery to the executor",
  );
}

/** Nobody will start it any more, and it never ran: TASK_LOST where the framework is not partition-aware. */
export function notLaunched(): Ending {
  return agentEnding(TaskState.TASK_DROPPED, TaskStatus_Reason.AGENT_RESTARTED, "Task launched during agent restart");
}

/** The machine went down under it. */
export function hostRebooted(): Ending {
  return agentEnding(TaskState.TASK_GONE, TaskStatus_Reason.AGENT_RESTARTED, "Agent host rebooted");
}

function agentEnding(state: TaskState, reason: TaskStatus_Reason, message: string): Ending {
  return { state, source: TaskStatus_Source.AGENT, reason, message };
}
