import {
  create,
  type ExecutorId,
  type ExecutorInfo,
  type FrameworkInfo,
  type Offer_Operation,
  Offer_Operation_Type,
  Resources,
  type Task,
  type TaskId,
  type TaskInfo,
  TaskSchema,
  TaskState,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import type { Agent } from "../agents/agent.ts";
import { runTask } from "../agents/events.ts";
import type { Core } from "../core.ts";
import { updateEvent } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { executorIdOf, taskIdOf } from "../ids.ts";
import { MAX_STATUS_MESSAGE_CHARS } from "../limits.ts";
import { shortened } from "../shortened.ts";
import { addExecutor, addTask } from "../tasks/booking.ts";
import { masterStatus } from "../tasks/status.ts";
import { runningExecutor } from "../validation/executor.ts";
import { missingFeature } from "../validation/features.ts";
import type { LaunchTarget } from "../validation/launch-target.ts";
import { validateRequestFormat } from "../validation/resources.ts";
import { validateTask } from "../validation/task.ts";
import { normalizeTask } from "./normalize.ts";

/** Whose launch it is, where it shall run, what is left of the accepted offers, and the role that those are allocated to. */
export interface AcceptTarget extends LaunchTarget {
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
}

/**
 * LAUNCH: each task for itself; one that is refused is TASK_ERROR, the others go on. All are validated before anything of the operation is
 * booked. A format error in any of them refuses all, because then nothing can be said about what the others ask for. Returns what is left of
 * the resources.
 */
export function launch(core: Core, target: AcceptTarget, operation: Offer_Operation): Resources {
  const { framework } = target;
  const tasks = operation.launch?.taskInfos ?? [];
  const error =
    operation.launch === undefined
      ? "A LAUNCH offer operation must have the Offer.Operation.launch field set."
      : (formatError(tasks) ??
        (operation.id === undefined ? undefined : "The `id` field cannot be set on LAUNCH operations"));
  if (error !== undefined) {
    refuseTasks(core, framework, tasks, TaskStatus_Reason.TASK_INVALID, error);
    return target.available;
  }
  let available = target.available;
  for (const step of planLaunch(core, target, tasks)) {
    // nobody would hear of the rest: as if the call had not come so far
    if (!framework.listening) break;
    if (step.refused === undefined) {
      bookTask(core, target, step);
      available = available.minus(step.consumed);
    } else refuseTask(core, framework, step.task, step.refused.reason, step.refused.text);
  }
  return available;
}

/** What becomes of one task of a LAUNCH: it is booked, with its executor where that is a new one, or refused. */
type LaunchStep =
  | LaunchedTask
  | { readonly task: TaskInfo; readonly refused: { reason: TaskStatus_Reason; text: string } };

interface LaunchedTask {
  readonly task: TaskInfo;
  readonly newExecutor: ExecutorInfo | undefined;
  /** What the task, and its executor where that is a new one, take of the accepted offers. */
  readonly consumed: Resources;
  readonly refused?: undefined;
}

/** Validates the tasks in their order, each as if the valid ones before it were booked already. Books nothing. */
function planLaunch(core: Core, target: AcceptTarget, given: readonly TaskInfo[]): LaunchStep[] {
  const taskIds = new Set<TaskId>();
  const executors = new Map<ExecutorId, ExecutorInfo>();
  let available = target.available;
  return given.map((info) => {
    const task = normalizeTask(info, target.framework.id, target.role);
    const step = planTask(core, { ...target, available, planned: { taskIds, executors } }, task);
    if (step.refused === undefined) {
      taskIds.add(taskIdOf(task.taskId));
      if (step.newExecutor !== undefined) executors.set(executorIdOf(step.newExecutor.executorId), step.newExecutor);
      available = available.minus(step.consumed);
    }
    return step;
  });
}

function planTask(core: Core, target: AcceptTarget, task: TaskInfo): LaunchStep {
  const forbidden = forbiddenUser(core, task, target.framework.info);
  if (forbidden !== undefined) {
    return { task, refused: { reason: TaskStatus_Reason.TASK_UNAUTHORIZED, text: forbidden } };
  }
  const invalid = validateTask(task, target) ?? missingFeature(task, target.agent);
  if (invalid !== undefined) return { task, refused: { reason: TaskStatus_Reason.TASK_INVALID, text: invalid } };
  const { executor } = task;
  const newExecutor = executor && runningExecutor(executor, target) === undefined ? executor : undefined;
  const consumed = Resources.of([...task.resources, ...(newExecutor?.resources ?? [])]);
  return { task, newExecutor, consumed };
}

function bookTask(core: Core, { framework, agent }: AcceptTarget, { task, newExecutor }: LaunchedTask): void {
  if (newExecutor !== undefined) addExecutor(framework, agent, newExecutor);
  addTask(framework, agent, stagingTask(task, framework));
  framework.counters.operation(Offer_Operation_Type.LAUNCH);
  agent.send(runTask(framework.info, task));
  core.log.info(
    { frameworkId: framework.id, taskId: task.taskId?.value, agentId: agent.id },
    "sent a task to its agent",
  );
}

/** Why the resources of one of the tasks cannot be read at all; undefined when they can. Source: `validateAndUpgradeResources`. */
export function formatError(tasks: readonly TaskInfo[]): string | undefined {
  for (const task of tasks) {
    const error = validateRequestFormat(task.resources) ?? validateRequestFormat(task.executor?.resources ?? []);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Why a task may not run as its user; undefined when it may. */
export function forbiddenUser(core: Core, task: TaskInfo, info: FrameworkInfo): string | undefined {
  const user = ownUser(task) ?? info.user;
  const principal = Object.hasOwn(info, "principal") ? info.principal : undefined;
  return core.authorizer.authorize(principal, "run_task", { kind: "user", value: user })
    ? undefined
    : `Not authorized to launch task ${task.taskId?.value ?? ""} of framework ${info.id?.value ?? ""} under user '${user}'`;
}

/** The user that a task names itself; undefined: that of its framework. */
function ownUser(task: TaskInfo): string | undefined {
  const command = task.command ?? task.executor?.command;
  return command !== undefined && Object.hasOwn(command, "user") ? command.user : undefined;
}

/** TASK_ERROR for each of the tasks: none of them ever was. */
export function refuseTasks(
  core: Core,
  framework: Framework,
  tasks: readonly TaskInfo[],
  reason: TaskStatus_Reason,
  text: string,
): void {
  for (const task of tasks) {
    if (!framework.listening) return;
    refuseTask(core, framework, task, reason, text);
  }
}

function refuseTask(core: Core, framework: Framework, task: TaskInfo, reason: TaskStatus_Reason, text: string): void {
  const message = shortened(text, MAX_STATUS_MESSAGE_CHARS);
  const status = masterStatus({
    nowMs: core.clock.now(),
    taskId: task.taskId,
    agentId: task.agentId,
    state: TaskState.TASK_ERROR,
    reason,
    message,
  });
  core.counters.taskEnded(status.state, status.source, status.reason);
  framework.send(updateEvent(status));
  const taskId = shortened(task.taskId?.value ?? "");
  core.log.info({ frameworkId: framework.id, taskId, reason: shortened(text) }, "refused a task");
}

/** The task as the master keeps it, from the moment on that it is sent to its agent. Source: `protobuf::createTask`. */
export function stagingTask(task: TaskInfo, framework: Framework): Task {
  return create(TaskSchema, {
    name: task.name,
    taskId: task.taskId,
    frameworkId: { value: framework.id },
    executorId: task.executor?.executorId,
    agentId: task.agentId,
    state: TaskState.TASK_STAGING,
    resources: task.resources,
    labels: task.labels,
    discovery: task.discovery,
    container: task.container,
    healthCheck: task.healthCheck,
    killPolicy: task.killPolicy,
    limits: task.limits,
    user: ownUser(task),
  });
}
