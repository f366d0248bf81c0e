import {
  type AgentId,
  create,
  type ExecutorId,
  type ExecutorInfo,
  type FrameworkId,
  type FrameworkInfo,
  internal,
  type KillPolicy,
  type MasterInfo,
  type TaskGroupInfo,
  type TaskId,
  type TaskInfo,
} from "@fairlead/mesos-api";

const { AgentEventSchema, AgentEvent_Type } = internal;

/** The events that agents hear, one maker each. */

export function registered(agentId: AgentId, totalPingTimeoutMs: number, masterInfo: MasterInfo): internal.AgentEvent {
  return create(AgentEventSchema, {
    type: AgentEvent_Type.REGISTERED,
    registered: { agentId: { value: agentId }, totalPingTimeoutSeconds: totalPingTimeoutMs / 1000, masterInfo },
  });
}

export function ping(): internal.AgentEvent {
  return create(AgentEventSchema, { type: AgentEvent_Type.PING });
}

export function runTask(frameworkInfo: FrameworkInfo, task: TaskInfo): internal.AgentEvent {
  return create(AgentEventSchema, { type: AgentEvent_Type.RUN_TASK, runTask: { frameworkInfo, task } });
}

export function runTaskGroup(
  frameworkInfo: FrameworkInfo,
  executor: ExecutorInfo,
  taskGroup: TaskGroupInfo,
): internal.AgentEvent {
  return create(AgentEventSchema, {
    type: AgentEvent_Type.RUN_TASK_GROUP,
    runTaskGroup: { frameworkInfo, executor, taskGroup },
  });
}

export function killTask(
  frameworkId: FrameworkId,
  taskId: TaskId,
  killPolicy: KillPolicy | undefined,
): internal.AgentEvent {
  return create(AgentEventSchema, {
    type: AgentEvent_Type.KILL_TASK,
    killTask: { frameworkId: { value: frameworkId }, taskId: { value: taskId }, killPolicy },
  });
}

export function acknowledgeUpdate(frameworkId: FrameworkId, taskId: TaskId, uuid: Uint8Array): internal.AgentEvent {
  return create(AgentEventSchema, {
    type: AgentEvent_Type.ACKNOWLEDGE,
    acknowledge: { frameworkId: { value: frameworkId }, taskId: { value: taskId }, uuid },
  });
}

export function shutdownExecutor(frameworkId: FrameworkId, executorId: ExecutorId): internal.AgentEvent {
  return create(AgentEventSchema, {
    type: AgentEvent_Type.SHUTDOWN_EXECUTOR,
    shutdownExecutor: { frameworkId: { value: frameworkId }, executorId: { value: executorId } },
  });
}

export function shutdownFramework(frameworkId: FrameworkId): internal.AgentEvent {
  return create(AgentEventSchema, {
    type: AgentEvent_Type.SHUTDOWN_FRAMEWORK,
    shutdownFramework: { frameworkId: { value: frameworkId } },
  });
}

export function frameworkMessage(
  frameworkId: FrameworkId,
  executorId: ExecutorId,
  data: Uint8Array,
): internal.AgentEvent {
  return create(AgentEventSchema, {
    type: AgentEvent_Type.MESSAGE,
    message: { frameworkId: { value: frameworkId }, executorId: { value: executorId }, data },
  });
}

export function updateFramework(frameworkInfo: FrameworkInfo): internal.AgentEvent {
  return create(AgentEventSchema, { type: AgentEvent_Type.UPDATE_FRAMEWORK, updateFramework: { frameworkInfo } });
}

export function shutdownAgent(message: string): internal.AgentEvent {
  return create(AgentEventSchema, { type: AgentEvent_Type.SHUTDOWN, shutdown: { message } });
}
