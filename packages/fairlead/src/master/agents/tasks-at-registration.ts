import {
  create,
  type ExecutorInfo,
  type internal,
  isTerminal,
  knownState,
  type Resource,
  Resource_AllocationInfoSchema,
  Resources,
  type Task,
  TaskState,
  TaskStatus_Reason,
  toRefinedFormat,
} from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";
import type { Core } from "../core.ts";
import { updateEvent } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { executorIdOf, frameworkIdOf, taskIdOf } from "../ids.ts";
import { outstanding, rescindOffer } from "../offers/offers.ts";
import { addExecutor, addTask, removeExecutor, removeTask, tasksOn } from "../tasks/booking.ts";
import { latestDetails, masterStatus } from "../tasks/status.ts";
import { applyStatus } from "../tasks/update.ts";
import { isCompletedTask } from "../validation/registration.ts";
import type { Agent } from "./agent.ts";
import { killTask } from "./events.ts";

/**
 * Why an agent comes that is not known: it is new, was registered with a master before this one, was lost, or says that it has an id of which
 * nobody knows.
 */
export type Arrival = "new" | "recovered" | "unreachable" | "unknown";

/** Takes over everything that an arriving agent brings. Frameworks that believed its tasks lost hear that they live. */
export function bringTasks(core: Core, agent: Agent, register: internal.AgentCall_Register, arrival: Arrival): void {
  const isReturn = arrival === "unreachable" || arrival === "unknown";
  const message = arrival === "unreachable" ? "Unreachable agent re-reregistered" : "Unknown agent reregistered";
  for (const executor of register.executors) bringExecutor(core, agent, executor);
  for (const task of register.tasks) {
    const framework = core.frameworks.get(frameworkIdOf(task.frameworkId));
    if (framework === undefined || !bringTask(core, agent, framework, task)) continue;
    if (isReturn) framework.send(updateEvent(returnedStatus(core, task, message)));
  }
  if (isReturn) forgetUnreachableTasks(core, agent);
  bringCompletedTasks(core, agent, register);
}

/** All that was unreachable with an agent is reachable now, or is no more. */
function forgetUnreachableTasks(core: Core, agent: Agent): void {
  for (const framework of core.frameworks.values()) {
    for (const [taskId, task] of framework.unreachableTasks) {
      if (task.agentId?.value === agent.id) framework.deleteUnreachableTask(taskId);
    }
  }
}

/**
 * Compares what an agent brings with what the master knows of it. What the agent has never heard of is dropped; what only the agent knows is
 * taken over; what should have been killed is killed now.
 *
 * Source: `Master::reconcileKnownSlave`.
 */
export function reconcileTasks(core: Core, agent: Agent, register: internal.AgentCall_Register): void {
  const executors = new Set(register.executors.map((executor) => key(executor.frameworkId, executor.executorId)));
  const tasks = new Set(register.tasks.map((task) => key(task.frameworkId, task.taskId)));
  for (const framework of core.frameworks.values()) {
    for (const task of tasksOn(framework, agent)) {
      if (!tasks.has(key(task.frameworkId, task.taskId))) dropTask(core, framework, task);
    }
    for (const [executorId, executor] of [...(framework.executors.get(agent.id) ?? [])]) {
      if (!executors.has(key(executor.frameworkId, executor.executorId))) {
        removeExecutor(core, framework, agent, executorId);
      }
    }
  }
  for (const executor of register.executors) bringExecutor(core, agent, executor, true);
  for (const task of register.tasks) {
    const framework = core.frameworks.get(frameworkIdOf(task.frameworkId));
    if (framework !== undefined) reconcileTask(core, agent, framework, task);
  }
}

function reconcileTask(core: Core, agent: Agent, framework: Framework, task: Task): void {
  const taskId = taskIdOf(task.taskId);
  // What is known of a task changes with its updates, which come again.
  const isKnown = agent.taskIds.get(framework.id)?.has(taskId) ?? false;
  if (!isKnown && bringTask(core, agent, framework, task)) {
    if (isTerminal(task.state)) return;
    occupy(core, agent, framework, allocated(task.resources, framework));
    framework.send(updateEvent(returnedStatus(core, task, "Agent reregistered")));
  }
  const kills = agent.kills.get(framework.id);
  if (kills?.has(taskId) && !isTerminal(task.state)) agent.send(killTask(framework.id, taskId, kills.get(taskId)));
}

/** Books a task that an agent brings. False where a task with this id lives elsewhere by now: then this one is killed. */
function bringTask(core: Core, agent: Agent, framework: Framework, task: Task): boolean {
  const taskId = taskIdOf(task.taskId);
  if (framework.tasks.has(taskId)) {
    core.log.error(
      { frameworkId: framework.id, taskId, agentId: agent.id },
      "an agent brought a task whose id is used on another agent: it is killed",
    );
    agent.send(killTask(framework.id, taskId, undefined));
    return false;
  }
  framework.deleteUnreachableTask(taskId);
  framework.deleteCompletedTask(taskId);
  addTask(framework, agent, replaceFields(task, { resources: allocated(task.resources, framework) }));
  return true;
}

function bringExecutor(core: Core, agent: Agent, executor: ExecutorInfo, isKnownAgent = false): void {
  const framework = core.frameworks.get(frameworkIdOf(executor.frameworkId));
  if (framework === undefined) return;
  if (framework.executors.get(agent.id)?.has(executorIdOf(executor.executorId))) return;
  const resources = allocated(executor.resources, framework);
  addExecutor(framework, agent, replaceFields(executor, { resources }));
  if (isKnownAgent) occupy(core, agent, framework, resources);
}

/** Counts as taken what was free until now, and may have been offered. */
function occupy(core: Core, agent: Agent, framework: Framework, resources: readonly Resource[]): void {
  for (const offer of outstanding(core, agent)) rescindOffer(core, offer);
  core.allocator.occupy(framework.id, agent.id, Resources.of(resources));
}

function bringCompletedTasks(core: Core, agent: Agent, { completedTasks }: internal.AgentCall_Register): void {
  for (const task of completedTasks) {
    if (!isCompletedTask(task, agent.id)) continue;
    const framework = core.frameworks.get(frameworkIdOf(task.frameworkId));
    const isKnown = framework?.completedTasks.some(
      (other) => other.taskId?.value === task.taskId?.value && other.agentId?.value === task.agentId?.value,
    );
    if (framework !== undefined && !isKnown) framework.addCompletedTask(task);
  }
}

/** A task of which the agent knows nothing: its launch never arrived, or the agent has lost everything. */
function dropTask(core: Core, framework: Framework, task: Task): void {
  const status = masterStatus({
    nowMs: core.clock.now(),
    taskId: task.taskId,
    agentId: task.agentId,
    executorId: task.executorId,
    state: isTerminal(task.state)
      ? task.state
      : knownState(TaskState.TASK_DROPPED, framework.capabilities.partitionAware),
    reason: TaskStatus_Reason.RECONCILIATION,
    message: "Reconciliation: task unknown to the agent",
  });
  const ended = isTerminal(task.state) ? task : applyStatus(core, framework, task, status);
  removeTask(core, framework, ended, "completed");
  framework.send(updateEvent(status));
}

function returnedStatus(core: Core, task: Task, message: string) {
  return masterStatus({
    nowMs: core.clock.now(),
    taskId: task.taskId,
    agentId: task.agentId,
    executorId: task.executorId,
    state: task.state,
    reason: TaskStatus_Reason.AGENT_REREGISTERED,
    message,
    ...latestDetails(task),
  });
}

/** In the refined format, and allocated: agents send both, older ones may not. */
function allocated(resources: readonly Resource[], framework: Framework): Resource[] {
  const role = framework.roles[0] ?? "*";
  return toRefinedFormat(resources).map((resource) =>
    resource.allocationInfo === undefined
      ? replaceFields(resource, { allocationInfo: create(Resource_AllocationInfoSchema, { role }) })
      : resource,
  );
}

function key(frameworkId: { value: string } | undefined, id: { value: string } | undefined): string {
  return `${frameworkId?.value}/${id?.value}`;
}
