import {
  AgentInfo_Capability_Type,
  type CommandInfo,
  type ContainerInfo,
  ExecutorInfo_Type,
  Resources,
  type TaskInfo,
  validateId,
} from "@fairlead/mesos-api";
import { taskIdOf } from "../ids.ts";
import { validateCheck, validateHealthCheck } from "./check.ts";
import { validateCommand } from "./command.ts";
import { validateContainer } from "./container.ts";
import { runningExecutor, validateExecutor } from "./executor.ts";
import type { LaunchTarget } from "./launch-target.ts";
import { prefixed } from "./prefixed.ts";
import {
  overlap,
  validateRevocable,
  validateSingleRole,
  validateUniquePersistenceId,
  validateUse,
} from "./resources.ts";
import { resourcesJson } from "./resources-json.ts";

/**
 * Why a task of a LAUNCH cannot be launched, in Mesos's words; undefined when it can. The first fault in Mesos's order counts.
 *
 * Source: `validation::task::validate`.
 */
export function validateTask(task: TaskInfo, target: LaunchTarget): string | undefined {
  return validateTaskInfo(task, target) ?? validateTaskExecutor(task, target) ?? validateShareCgroups(task);
}

/** Everything about a task but its executor: the same for tasks of a group. */
export function validateTaskInfo(task: TaskInfo, target: LaunchTarget): string | undefined {
  return (
    validateId(task.taskId?.value ?? "") ??
    validateUniqueId(task, target) ??
    validateAgentId(task, target) ??
    validateDurations(task) ??
    prefixed("Task uses invalid check", task.check && validateCheck(task.check)) ??
    prefixed("Task uses invalid health check", task.healthCheck && validateHealthCheck(task.healthCheck)) ??
    validateTaskResources(task) ??
    validateTaskCommand(task.command) ??
    validateTaskContainer(task.container) ??
    validateLimits(task, target)
  );
}

function validateUniqueId(task: TaskInfo, { framework, planned }: LaunchTarget): string | undefined {
  const id = taskIdOf(task.taskId);
  if (framework.tasks.has(id) || planned?.taskIds.has(id)) return `Task has duplicate ID: ${id}`;
  return framework.unreachableTasks.has(id) ? `Task reuses the ID of an unreachable task: ${id}` : undefined;
}

function validateAgentId(task: TaskInfo, { agent }: LaunchTarget): string | undefined {
  const id = task.agentId?.value ?? "";
  return id === agent.id ? undefined : `Task uses invalid agent ${id} while agent ${agent.id} is expected`;
}

function validateDurations(task: TaskInfo): string | undefined {
  if ((task.killPolicy?.gracePeriod?.nanoseconds ?? 0n) < 0n) {
    return "Task's 'kill_policy.grace_period' must be non-negative";
  }
  return (task.maxCompletionTime?.nanoseconds ?? 0n) < 0n
    ? "Task's `max_completion_time` must be non-negative"
    : undefined;
}

function validateTaskResources({ resources }: TaskInfo): string | undefined {
  if (resources.length === 0) return "Task uses no resources";
  return (
    prefixed("Task uses invalid resources", validateUse(resources)) ??
    prefixed("Task uses duplicate persistence ID", validateUniquePersistenceId(resources)) ??
    prefixed("Invalid task resources", validateSingleRole(resources)) ??
    prefixed("Task mixes revocable and non-revocable resources", validateRevocable(resources))
  );
}

function validateTaskCommand(command: CommandInfo | undefined): string | undefined {
  return prefixed("Task's `CommandInfo` is invalid", command && validateCommand(command));
}

function validateTaskContainer(container: ContainerInfo | undefined): string | undefined {
  return prefixed("Task's `ContainerInfo` is invalid", container && validateContainer(container));
}

function validateLimits(task: TaskInfo, { agent }: LaunchTarget): string | undefined {
  const names = Object.keys(task.limits);
  if (names.length === 0) return undefined;
  if (!agent.capabilities.some(({ type }) => type === AgentInfo_Capability_Type.TASK_RESOURCE_LIMITS)) {
    return "Agent is not capable of handling task resource limits";
  }
  if (names.some((name) => name !== "cpus" && name !== "mem")) {
    return "Only cpus and mem may be included in a task's resource limits";
  }
  const requested = Resources.of(task.resources);
  const { cpus, mem } = task.limits;
  if (cpus !== undefined) {
    if (requested.scalar("cpus") === 0) return "When a CPU limit is specified, a CPU request must also be specified";
    if (!(cpus.value >= requested.scalar("cpus"))) {
      return "The cpu limit must be greater than or equal to the cpu request";
    }
  }
  if (mem !== undefined) {
    if (requested.scalar("mem") === 0) {
      return "When a memory limit is specified, a memory request must also be specified";
    }
    if (!(mem.value >= requested.scalar("mem"))) {
      return "The memory limit must be greater than or equal to the memory request";
    }
  }
  return undefined;
}

function validateTaskExecutor(task: TaskInfo, target: LaunchTarget): string | undefined {
  if ((task.executor === undefined) === (task.command === undefined)) {
    return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
  }
  return validateCustomExecutor(task, target) ?? validateTogether(task) ?? validateAvailable(task, target);
}

function validateCustomExecutor({ executor }: TaskInfo, target: LaunchTarget): string | undefined {
  if (executor === undefined) return undefined;
  const error = validateExecutor(executor, target);
  if (error !== undefined) return error;
  if (Object.hasOwn(executor, "type") && executor.type !== ExecutorInfo_Type.CUSTOM) {
    return "'ExecutorInfo.type' must be 'CUSTOM'";
  }
  if (executor.command === undefined) return "'ExecutorInfo.command' must be set";
  if (executor.resources.some(({ shared }) => shared !== undefined)) {
    return `Executor resources ${Resources.of(executor.resources)} should not contain any shared resources`;
  }
  return sharesCgroups(executor.container)
    ? "The 'share_cgroups' field cannot be set to 'true' on executor containers"
    : undefined;
}

function validateTogether({ resources, executor }: TaskInfo): string | undefined {
  const own = executor?.resources ?? [];
  const total = Resources.of(resources).plus(Resources.of(own)).toArray();
  const invalid = prefixed("Task and its executor use invalid resources", validateUse(total));
  if (invalid !== undefined) return invalid;
  if (executor !== undefined && overlap([resources, own])) {
    return `There are overlapping resources in the task resources ${resourcesJson(resources)} and executor resources ${resourcesJson(own)}`;
  }
  return (
    prefixed("Task and its executor use duplicate persistence ID", validateUniquePersistenceId(total)) ??
    prefixed("Task and its executor mix revocable and non-revocable resources", validateRevocable(total))
  );
}

function validateAvailable({ resources, executor }: TaskInfo, target: LaunchTarget): string | undefined {
  let total = Resources.of(resources);
  if (executor !== undefined && runningExecutor(executor, target) === undefined) {
    total = total.plus(Resources.of(executor.resources));
  }
  return target.available.contains(total)
    ? undefined
    : `Total resources ${total} required by task and its executor is more than available ${target.available}`;
}

function validateShareCgroups({ container }: TaskInfo): string | undefined {
  const linux = container?.linuxInfo;
  return linux !== undefined && Object.hasOwn(linux, "shareCgroups") && !linux.shareCgroups
    ? "Only tasks in a task group may have 'share_cgroups' set to 'false'"
    : undefined;
}

/** Whether a container says that it shares cgroups, not only by default. */
export function sharesCgroups(container: ContainerInfo | undefined): boolean {
  const linux = container?.linuxInfo;
  return linux !== undefined && Object.hasOwn(linux, "shareCgroups") && linux.shareCgroups;
}
