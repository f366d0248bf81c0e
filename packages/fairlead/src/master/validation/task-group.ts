import {
  ContainerInfo_Type,
  type ExecutorInfo,
  ExecutorInfo_Type,
  HealthCheck_Type,
  Resources,
  type Task,
  type TaskGroupInfo,
  type TaskInfo,
} from "@fairlead/mesos-api";
import { MIN_EXECUTOR_CPUS, MIN_EXECUTOR_MEM_MB } from "../limits.ts";
import { runningExecutor, sameExecutor, validateExecutor } from "./executor.ts";
import type { LaunchTarget } from "./launch-target.ts";
import { prefixed } from "./prefixed.ts";
import { overlap, validateRevocable, validateUniquePersistenceId } from "./resources.ts";
import { resourcesJson } from "./resources-json.ts";
import { sharesCgroups, validateTaskInfo } from "./task.ts";

/**
 * Why a group cannot be launched, all of it, in Mesos's words; undefined when it can.
 *
 * Source: `validation::task::group::validate`.
 */
export function validateTaskGroup(
  group: TaskGroupInfo,
  executor: ExecutorInfo,
  target: LaunchTarget,
): string | undefined {
  const seen = new Set<string>();
  for (const task of group.tasks) {
    const id = task.taskId?.value ?? "";
    const error = seen.has(id) ? `Task has duplicate ID: ${id}` : validateGroupTask(task, target);
    if (error !== undefined) return `Task '${id}' is invalid: ${error}`;
    seen.add(id);
  }
  return (
    validateGroupExecutor(group, executor, target) ??
    validateExecutorResources(executor) ??
    validateTogether(group, executor) ??
    validateAvailable(group, executor, target) ??
    validateShareCgroups(group, executor, target)
  );
}

function validateGroupTask(task: TaskInfo, target: LaunchTarget): string | undefined {
  const error = validateTaskInfo(task, target);
  if (error !== undefined) return error;
  if (task.executor === undefined) return "'TaskInfo.executor' must be set";
  const { container, healthCheck } = task;
  if (
    container !== undefined &&
    container.networkInfos.length > 0 &&
    (healthCheck?.type === HealthCheck_Type.HTTP || healthCheck?.type === HealthCheck_Type.TCP)
  ) {
    return "HTTP and TCP health checks are not supported for nested containers not joining parent's network";
  }
  if (container?.type === ContainerInfo_Type.DOCKER) return "Docker ContainerInfo is not supported on the task";
  return Object.keys(task.limits).length > 0 && (container?.linuxInfo?.shareCgroups ?? true)
    ? "Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'."
    : undefined;
}

function validateGroupExecutor(group: TaskGroupInfo, executor: ExecutorInfo, target: LaunchTarget): string | undefined {
  const error = validateExecutor(executor, target);
  if (error !== undefined) return error;
  if (!Object.hasOwn(executor, "type")) return "'ExecutorInfo.type' must be set";
  if (executor.type === ExecutorInfo_Type.UNKNOWN) return "Unknown executor type";
  if (executor.container?.type === ContainerInfo_Type.DOCKER) {
    return "Docker ContainerInfo is not supported on the executor";
  }
  const other = group.tasks.find((task) => task.executor !== undefined && !sameExecutor(task.executor, executor));
  return other === undefined
    ? undefined
    : `The \`ExecutorInfo\` of task '${other.taskId?.value}' is different from executor '${executor.executorId?.value}'`;
}

function validateExecutorResources(executor: ExecutorInfo): string | undefined {
  const id = executor.executorId?.value;
  const resources = Resources.of(executor.resources);
  const names = resources.names();
  const text = (name: string, unit: string) => (names.has(name) ? `${resources.scalar(name)}${unit}` : "None");
  if (resources.scalar("cpus") < MIN_EXECUTOR_CPUS) {
    return `Executor '${id}' uses less CPUs (${text("cpus", "")}) than the minimum required (${MIN_EXECUTOR_CPUS})`;
  }
  if (resources.scalar("mem") < MIN_EXECUTOR_MEM_MB) {
    return `Executor '${id}' uses less memory (${text("mem", "MB")}) than the minimum required (${MIN_EXECUTOR_MEM_MB}MB)`;
  }
  return names.has("disk") ? undefined : `Executor '${id}' uses no disk`;
}

function validateTogether(group: TaskGroupInfo, executor: ExecutorInfo): string | undefined {
  const bags = [...group.tasks.map(({ resources }) => resources), executor.resources];
  const total = bags.reduce((sum, bag) => sum.plus(Resources.of(bag)), Resources.none).toArray();
  return (
    prefixed("Task group and executor use duplicate persistence ID", validateUniquePersistenceId(total)) ??
    prefixed("Task group and executor mix revocable and non-revocable resources", validateRevocable(total)) ??
    (overlap(bags)
      ? `There are overlapping resources in the task group's task resources [ ${bags.slice(0, -1).map(Resources.of).join(", ")} ] and/or executor resources ${resourcesJson(executor.resources)}`
      : undefined)
  );
}

function validateAvailable(group: TaskGroupInfo, executor: ExecutorInfo, target: LaunchTarget): string | undefined {
  let total = group.tasks.reduce((sum, { resources }) => sum.plus(Resources.of(resources)), Resources.none);
  if (runningExecutor(executor, target) === undefined) total = total.plus(Resources.of(executor.resources));
  return target.available.contains(total)
    ? undefined
    : `Total resources ${total} required by task group and its executor are more than available ${target.available}`;
}

function validateShareCgroups(group: TaskGroupInfo, executor: ExecutorInfo, target: LaunchTarget): string | undefined {
  if (sharesCgroups(executor.container)) {
    return "The 'share_cgroups' field cannot be set to 'true' on executor containers";
  }
  const siblings: (Task | TaskInfo)[] = [...group.tasks];
  if (runningExecutor(executor, target) !== undefined) {
    for (const tasks of [target.framework.tasks, target.framework.unreachableTasks]) {
      for (const task of tasks.values()) {
        if (task.agentId?.value === target.agent.id && task.executorId?.value === executor.executorId?.value) {
          siblings.push(task);
        }
      }
    }
  }
  const values = new Set(siblings.map(({ container }) => container?.linuxInfo?.shareCgroups ?? true));
  return values.size > 1
    ? "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor"
    : undefined;
}
