import {
  type AgentID,
  type CheckStatusInfo,
  type ContainerStatus,
  create,
  type ExecutorID,
  msToNanoseconds,
  type Task,
  type TaskID,
  type TaskState,
  type TaskStatus,
  type TaskStatus_Reason,
  TaskStatus_Source,
  TaskStatusSchema,
} from "@fairlead/mesos-api";

export interface MasterStatus {
  readonly nowMs: number;
  readonly taskId: TaskID | undefined;
  readonly agentId?: AgentID | undefined;
  readonly executorId?: ExecutorID | undefined;
  readonly state: TaskState;
  readonly reason?: TaskStatus_Reason;
  readonly message: string;
  readonly healthy?: boolean | undefined;
  readonly checkStatus?: CheckStatusInfo | undefined;
  readonly containerStatus?: ContainerStatus | undefined;
  readonly unreachableMs?: number;
}

/** A status that the master makes: without uuid, because there is nothing to acknowledge. */
export function masterStatus(status: MasterStatus): TaskStatus {
  return create(TaskStatusSchema, {
    taskId: status.taskId,
    agentId: status.agentId,
    executorId: status.executorId,
    state: status.state,
    source: TaskStatus_Source.MASTER,
    reason: status.reason,
    message: status.message,
    timestamp: status.nowMs / 1000,
    healthy: status.healthy,
    checkStatus: status.checkStatus,
    containerStatus: status.containerStatus,
    unreachableTime:
      status.unreachableMs === undefined ? undefined : { nanoseconds: msToNanoseconds(status.unreachableMs) },
  });
}

/** What the latest status of a task knew beyond its state: repeated when the state is told anew. */
export function latestDetails(task: Task): Pick<MasterStatus, "healthy" | "checkStatus" | "containerStatus"> {
  const latest = task.statuses.at(-1);
  if (latest === undefined) return {};
  return {
    healthy: Object.hasOwn(latest, "healthy") ? latest.healthy : undefined,
    checkStatus: latest.checkStatus,
    containerStatus: latest.containerStatus,
  };
}
