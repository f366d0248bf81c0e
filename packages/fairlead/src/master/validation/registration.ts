import {
  type FrameworkInfo,
  internal,
  isTerminal,
  missingRequired,
  type Task,
  TaskState,
  validateId,
} from "@fairlead/mesos-api";
import { isAgentState } from "../tasks/task-state.ts";
import { validateExecutorInfo } from "./executor.ts";
import { validateFrameworkInfo } from "./framework-info.ts";
import { prefixed } from "./prefixed.ts";
import { validateFormat } from "./resources.ts";

const { AgentCall_RegisterSchema } = internal;

/** The version of the agents' protocol that this master speaks. */
export const PROTOCOL_VERSION = 1;

/** `slave(1)@ip:port`; an IPv6 address stands in brackets. */
const PID = /^slave\(\d+\)@(\[[0-9A-Fa-f:.]+\]|[0-9.]+):\d{1,5}$/;

/**
 * Why the REGISTER of an agent cannot be taken; undefined when it can. What lives on it is checked, so that it has not to be later; tasks that
 * are over matter less, see {@link isCompletedTask}.
 *
 * Source: `validation::master::message::reregisterSlave`.
 */
export function validateRegistration(register: internal.AgentCall_Register): string | undefined {
  if (register.protocolVersion !== PROTOCOL_VERSION) {
    return `Unknown protocol version ${register.protocolVersion}: this master speaks version ${PROTOCOL_VERSION}`;
  }
  const missing = missingRequired(AgentCall_RegisterSchema, register);
  if (missing.length > 0) return `Not initialized: ${missing.join(", ")}`;
  const info = register.agentInfo;
  if (info === undefined) return "Expecting 'agent_info' to be present";
  if (!PID.test(register.pid)) return `Agent has an invalid pid '${register.pid}'`;
  return (
    prefixed("Agent has an invalid hostname", validateId(info.hostname)) ??
    (info.id && prefixed("Agent has an invalid AgentID", validateId(info.id.value))) ??
    validateFormat(info.resources) ??
    validateFrameworks(register.frameworks) ??
    validateExecutors(register) ??
    validateTasks(register)
  );
}

function validateFrameworks(frameworks: readonly FrameworkInfo[]): string | undefined {
  const seen = new Set<string>();
  for (const info of frameworks) {
    const value = info.id?.value ?? "";
    const error =
      prefixed("Framework has an invalid FrameworkID", validateId(value)) ??
      // What this master's flags allow was asked when the framework subscribed.
      prefixed(`Framework '${value}' is invalid`, validateFrameworkInfo(info, { rootSubmissions: true }));
    if (error !== undefined) return error;
    if (seen.has(value)) return `Framework has a duplicate FrameworkID: '${value}'`;
    seen.add(value);
  }
  return undefined;
}

function validateExecutors(register: internal.AgentCall_Register): string | undefined {
  const frameworks = frameworkIds(register);
  const seen = new Set<string>();
  for (const executor of register.executors) {
    const error = validateExecutorInfo(executor) ?? validateFormat(executor.resources);
    if (error !== undefined) return error;
    const frameworkId = executor.frameworkId?.value ?? "";
    const executorId = executor.executorId?.value ?? "";
    if (!frameworks.has(frameworkId)) return `Executor has an invalid FrameworkID '${frameworkId}'`;
    const key = `${frameworkId}/${executorId}`;
    if (seen.has(key)) return `Framework '${frameworkId}' has a duplicate ExecutorID '${executorId}'`;
    seen.add(key);
  }
  return undefined;
}

function validateTasks(register: internal.AgentCall_Register): string | undefined {
  const frameworks = frameworkIds(register);
  const seen = new Set<string>();
  return first(register.tasks, (task) => {
    const error = validateTask(task, register.agentInfo?.id?.value);
    if (error !== undefined) return error;
    const frameworkId = task.frameworkId?.value ?? "";
    const taskId = task.taskId?.value ?? "";
    if (!frameworks.has(frameworkId)) return `Task has an invalid FrameworkID '${frameworkId}'`;
    const key = `${frameworkId}/${taskId}`;
    if (seen.has(key)) return `Framework '${frameworkId}' has a duplicate TaskID '${taskId}'`;
    seen.add(key);
    return undefined;
  });
}

function validateTask(task: Task, agentId: string | undefined): string | undefined {
  const error = prefixed("Task has an invalid TaskID", validateId(task.taskId?.value ?? ""));
  if (error !== undefined) return error;
  if (agentId === undefined || task.agentId?.value !== agentId) {
    return `Task has an invalid AgentID '${task.agentId?.value ?? ""}'`;
  }
  if (!isAgentState(task.state)) return `Task has an invalid state ${TaskState[task.state]}`;
  return prefixed("Task uses invalid resources", validateFormat(task.resources));
}

/** Whether a task that an agent tells as completed can be remembered as such. */
export function isCompletedTask(task: Task, agentId: string): boolean {
  return isTerminal(task.state) && validateTask(task, agentId) === undefined;
}

function frameworkIds(register: internal.AgentCall_Register): Set<string> {
  return new Set(register.frameworks.map(({ id }) => id?.value ?? ""));
}

function first<T>(items: readonly T[], validate: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const error = validate(item);
    if (error !== undefined) return error;
  }
  return undefined;
}
