import {
  create,
  type ExecutorInfo,
  FrameworkIDSchema,
  type FrameworkId,
  type HealthCheck,
  HealthCheck_Type,
  type Resource,
  Resource_AllocationInfoSchema,
  type TaskInfo,
  toRefinedFormat,
} from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";

/**
 * What a framework may leave out, or say the old way, is filled in before anything is validated: allocation_info, the refined reservation format,
 * the framework's id in executors, the type of a health check.
 *
 * Source: the adjustments in `Master::accept`.
 */
export function normalizeTask(task: TaskInfo, frameworkId: FrameworkId, role: string): TaskInfo {
  return replaceFields(task, {
    resources: allocatedTo(task.resources, role),
    executor: task.executor && normalizeExecutor(withFrameworkId(task.executor, frameworkId), role),
    healthCheck: task.healthCheck && withType(task.healthCheck),
  });
}

/** Executors of groups have to name their framework themselves. */
export function normalizeExecutor(executor: ExecutorInfo, role: string): ExecutorInfo {
  return replaceFields(executor, { resources: allocatedTo(executor.resources, role) });
}

/** A task of a group: with its executor, so that it can be told from the task alone. */
export function normalizeGroupTask(task: TaskInfo, executor: ExecutorInfo, role: string): TaskInfo {
  return replaceFields(task, {
    resources: allocatedTo(task.resources, role),
    executor: task.executor === undefined ? executor : normalizeExecutor(task.executor, role),
  });
}

function allocatedTo(resources: readonly Resource[], role: string): Resource[] {
  return toRefinedFormat(resources).map((resource) =>
    resource.allocationInfo === undefined
      ? replaceFields(resource, { allocationInfo: create(Resource_AllocationInfoSchema, { role }) })
      : resource,
  );
}

function withFrameworkId(executor: ExecutorInfo, frameworkId: FrameworkId): ExecutorInfo {
  return executor.frameworkId === undefined
    ? replaceFields(executor, { frameworkId: create(FrameworkIDSchema, { value: frameworkId }) })
    : executor;
}

function withType(check: HealthCheck): HealthCheck {
  if (Object.hasOwn(check, "type")) return check;
  if (check.command !== undefined && check.http === undefined) {
    return replaceFields(check, { type: HealthCheck_Type.COMMAND });
  }
  if (check.http !== undefined && check.command === undefined) {
    return replaceFields(check, { type: HealthCheck_Type.HTTP });
  }
  return check;
}
