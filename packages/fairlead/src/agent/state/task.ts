import {
  clearField,
  create,
  type FrameworkID,
  type Task,
  type TaskInfo,
  TaskSchema,
  TaskState,
  type TaskStatus,
} from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";

/**
 * The Task of a TaskInfo that was just received: TASK_STAGING, no statuses.
 *
 * Source: `createTask` in Mesos's `src/common/protobuf_utils.cpp`.
 */
export function toTask(info: TaskInfo, frameworkId: FrameworkID): Task {
  const command = info.command ?? info.executor?.command;
  return create(TaskSchema, {
    name: info.name,
    taskId: info.taskId,
    frameworkId,
    executorId: info.executor?.executorId,
    agentId: info.agentId,
    state: TaskState.TASK_STAGING,
    resources: info.resources,
    labels: info.labels,
    discovery: info.discovery,
    container: info.container,
    healthCheck: info.healthCheck,
    killPolicy: info.killPolicy,
    limits: info.limits,
    user: command !== undefined && Object.hasOwn(command, "user") ? command.user : undefined,
  });
}

/** The task after `status`: consecutive statuses with the same state collapse into the last one. */
export function withStatus(task: Task, status: TaskStatus): Task {
  const before = task.statuses.at(-1)?.state === status.state ? task.statuses.slice(0, -1) : task.statuses;
  return replaceFields(task, { state: status.state, statuses: [...before, status] });
}

/** The task after `status` was sent to the master: what is known of the acknowledged progress after a master's restart. */
export function withForwarded(task: Task, status: TaskStatus): Task {
  return replaceFields(task, { statusUpdateState: status.state, statusUpdateUuid: status.uuid });
}

/** The task without what `withForwarded` noted: an earlier run of the agent may have sent more than it has stored. */
export function withoutForwarded(task: Task): Task {
  const bare = replaceFields(task, {});
  clearField(bare, TaskSchema.field.statusUpdateState);
  clearField(bare, TaskSchema.field.statusUpdateUuid);
  return bare;
}
