import { isFieldSet } from "@bufbuild/protobuf";
import { HealthCheckSchema } from "../../gen/mesos/v1/command_pb.js";
import { ContainerInfoSchema } from "../../gen/mesos/v1/container_pb.js";
import { DiscoveryInfoSchema } from "../../gen/mesos/v1/discovery_pb.js";
import type { Resource } from "../../gen/mesos/v1/resource_pb.js";
import {
  type Task,
  type TaskInfo,
  TaskSchema,
  TaskStateSchema,
  type TaskStatus,
  TaskStatusSchema,
} from "../../gen/mesos/v1/task_pb.js";
import { writeJson } from "../json/write.ts";
import { writeCommand } from "./command.ts";
import { writeContainerStatus } from "./container-status.ts";
import { enumName } from "./enum-name.ts";
import { jsonArray, jsonDouble, jsonObject, jsonString, remembered } from "./json-text.ts";
import { writeLabels } from "./labels.ts";
import { writeResources } from "./resources.ts";

/** The role that resources are allocated to; one task or executor never mixes roles. */
export function allocationRole(resources: readonly Resource[]): string {
  return resources[0]?.allocationInfo?.role ?? "";
}

/** A step in a task's life: where it is on the network and whether it is healthy. No message, reason, source, uuid or data. */
export const writeTaskStatus = remembered((status: TaskStatus) =>
  jsonObject([
    ["state", jsonString(enumName(TaskStateSchema, status.state))],
    ["timestamp", jsonDouble(status.timestamp)],
    ["labels", status.labels && writeLabels(status.labels)],
    ["container_status", status.containerStatus && writeContainerStatus(status.containerStatus)],
    ["healthy", isFieldSet(status, TaskStatusSchema.field.healthy) ? String(status.healthy) : undefined],
  ]),
);

/** A task with its history, as `/state` and `/tasks` of the master and `/state` of the agent show it. */
export const writeTask = remembered((task: Task) => {
  const limits = Object.entries(task.limits);
  return jsonObject([
    ["id", jsonString(task.taskId?.value ?? "")],
    ["name", jsonString(task.name)],
    ["framework_id", jsonString(task.frameworkId?.value ?? "")],
    ["executor_id", jsonString(task.executorId?.value ?? "")],
    ["slave_id", jsonString(task.agentId?.value ?? "")],
    ["state", jsonString(enumName(TaskStateSchema, task.state))],
    ["resources", writeResources(task.resources)],
    [
      "limits",
      limits.length === 0
        ? undefined
        : jsonObject(limits.map(([name, limit]) => [name, jsonDouble(limit.value)] as const)),
    ],
    ["role", jsonString(allocationRole(task.resources))],
    ["statuses", jsonArray(task.statuses, writeTaskStatus)],
    ["user", isFieldSet(task, TaskSchema.field.user) ? jsonString(task.user) : undefined],
    ["labels", task.labels && writeLabels(task.labels)],
    ["discovery", task.discovery && writeJson(DiscoveryInfoSchema, task.discovery)],
    ["container", task.container && writeJson(ContainerInfoSchema, task.container)],
    ["health_check", task.healthCheck && writeJson(HealthCheckSchema, task.healthCheck)],
  ]);
});

/** A task that waits for its executor: `queued_tasks` of the agent. */
export const writeQueuedTask = remembered((task: TaskInfo) =>
  jsonObject([
    ["id", jsonString(task.taskId?.value ?? "")],
    ["name", jsonString(task.name)],
    ["slave_id", jsonString(task.agentId?.value ?? "")],
    ["resources", writeResources(task.resources)],
    ["role", jsonString(allocationRole(task.resources))],
    ["command", task.command && writeCommand(task.command)],
    ["executor_id", task.executor && jsonString(task.executor.executorId?.value ?? "")],
    ["discovery", task.discovery && writeJson(DiscoveryInfoSchema, task.discovery)],
  ]),
);
