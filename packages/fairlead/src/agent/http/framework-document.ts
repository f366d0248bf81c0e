import {
  ExecutorInfo_TypeSchema,
  ExecutorInfoSchema,
  FrameworkInfo_Capability_Type,
  FrameworkInfoSchema,
  isFieldSet,
  v0,
} from "@fairlead/mesos-api";
import type { AgentExecutorView, AgentFrameworkView } from "../entities.ts";

/** A framework with its executors, as the agent's `/state` shows it. */
export function frameworkDocument({ id, info, executors, completedExecutors }: AgentFrameworkView): string {
  const isMultiRole = info.capabilities.some(({ type }) => type === FrameworkInfo_Capability_Type.MULTI_ROLE);
  return v0.jsonObject([
    ["id", v0.jsonString(id)],
    ["name", v0.jsonString(info.name)],
    ["user", v0.jsonString(info.user)],
    ["failover_timeout", v0.jsonDouble(info.failoverTimeout)],
    ["checkpoint", String(info.checkpoint)],
    ["hostname", v0.jsonString(info.hostname)],
    ["principal", isFieldSet(info, FrameworkInfoSchema.field.principal) ? v0.jsonString(info.principal) : undefined],
    isMultiRole ? ["roles", v0.jsonArray(info.roles, v0.jsonString)] : ["role", v0.jsonString(info.role)],
    ["executors", v0.jsonArray(executors.values(), executorDocument)],
    ["completed_executors", v0.jsonArray(completedExecutors, executorDocument)],
  ]);
}

/** An executor, where it runs and writes, and its tasks. A task whose end is not acknowledged yet counts as completed here. */
function executorDocument(executor: AgentExecutorView): string {
  const { info } = executor;
  return v0.jsonObject([
    ["id", v0.jsonString(executor.id)],
    ["name", v0.jsonString(info.name)],
    ["source", v0.jsonString(info.source)],
    ["container", v0.jsonString(executor.containerId)],
    ["directory", v0.jsonString(executor.directory)],
    ["resources", v0.writeBag(executor.resources)],
    ["role", info.resources.length === 0 ? undefined : v0.jsonString(v0.allocationRole(info.resources))],
    ["labels", info.labels && v0.writeLabels(info.labels)],
    [
      "type",
      isFieldSet(info, ExecutorInfoSchema.field.type)
        ? v0.jsonString(v0.enumName(ExecutorInfo_TypeSchema, info.type))
        : undefined,
    ],
    ["tasks", v0.jsonArray(executor.tasks.values(), v0.writeTask)],
    ["queued_tasks", v0.jsonArray(executor.queuedTasks.values(), v0.writeQueuedTask)],
    ["completed_tasks", v0.jsonArray([...executor.completedTasks, ...executor.terminatedTasks.values()], v0.writeTask)],
  ]);
}
