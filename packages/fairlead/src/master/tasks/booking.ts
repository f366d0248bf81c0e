import { type ExecutorId, type ExecutorInfo, Resources, type Task } from "@fairlead/mesos-api";
import type { Agent } from "../agents/agent.ts";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import { agentIdOf, executorIdOf, taskIdOf } from "../ids.ts";
import { isTerminalOrUnreachable } from "./task-state.ts";

/**
 * The books of frameworks and agents: which tasks and executors they have, and what those use. The allocator's books are kept beside: what is
 * launched was allocated to it before, as an offer.
 */

/** Adds a task; a terminal one uses nothing. */
export function addTask(framework: Framework, agent: Agent, task: Task): void {
  const taskId = taskIdOf(task.taskId);
  framework.tasks.set(taskId, task);
  agent.addTaskId(framework.id, taskId);
  if (!isTerminalOrUnreachable(task.state)) use(framework, agent, Resources.of(task.resources));
}

/** Puts the next version of a task in the place of the one before. Its resources are free once it is terminal or unreachable. */
export function replaceTask(core: Core, framework: Framework, before: Task, after: Task): void {
  framework.tasks.set(taskIdOf(after.taskId), after);
  if (isTerminalOrUnreachable(before.state) || !isTerminalOrUnreachable(after.state)) return;
  const agent = core.agents.get(agentIdOf(after.agentId));
  if (agent === undefined) throw new Error(`bug: task ${after.taskId?.value} is on no agent`);
  const resources = Resources.of(before.resources);
  free(framework, agent, resources);
  core.allocator.recoverUsed(framework.id, agent.id, resources);
}

/** Takes a terminal or unreachable task out of the books: to the completed ones, or to the unreachable ones. */
export function removeTask(core: Core, framework: Framework, task: Task, where: "completed" | "unreachable"): void {
  const taskId = taskIdOf(task.taskId);
  framework.tasks.delete(taskId);
  core.agents.get(agentIdOf(task.agentId))?.deleteTaskId(framework.id, taskId);
  if (where === "unreachable") framework.addUnreachableTask(taskId, task);
  else framework.addCompletedTask(task);
}

export function addExecutor(framework: Framework, agent: Agent, executor: ExecutorInfo): void {
  const executors = framework.executors.get(agent.id) ?? new Map<ExecutorId, ExecutorInfo>();
  executors.set(executorIdOf(executor.executorId), executor);
  framework.executors.set(agent.id, executors);
  use(framework, agent, Resources.of(executor.resources));
}

/** Takes an executor out of the books; unknown ones are ignored. Returns whether it was known. */
export function removeExecutor(core: Core, framework: Framework, agent: Agent, executorId: ExecutorId): boolean {
  const executors = framework.executors.get(agent.id);
  const executor = executors?.get(executorId);
  if (executors === undefined || executor === undefined) return false;
  executors.delete(executorId);
  if (executors.size === 0) framework.executors.delete(agent.id);
  const resources = Resources.of(executor.resources);
  free(framework, agent, resources);
  core.allocator.recoverUsed(framework.id, agent.id, resources);
  return true;
}

/** Takes out all executors of a framework on an agent. */
export function removeExecutors(core: Core, framework: Framework, agent: Agent): void {
  for (const executorId of [...(framework.executors.get(agent.id)?.keys() ?? [])]) {
    removeExecutor(core, framework, agent, executorId);
  }
}

/** The tasks of a framework on an agent. */
export function tasksOn(framework: Framework, agent: Agent): Task[] {
  return Array.from(agent.taskIds.get(framework.id) ?? [], (taskId) => framework.tasks.get(taskId)).filter(
    (task) => task !== undefined,
  );
}

function use(framework: Framework, agent: Agent, resources: Resources): void {
  framework.usedByAgent.add(agent.id, resources);
  agent.use(framework.id, resources);
}

function free(framework: Framework, agent: Agent, resources: Resources): void {
  framework.usedByAgent.subtract(agent.id, resources);
  agent.free(framework.id, resources);
}
