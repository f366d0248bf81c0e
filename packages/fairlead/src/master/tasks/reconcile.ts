import {
  type AgentID,
  type AgentId,
  knownState,
  type scheduler,
  type Task,
  type TaskID,
  TaskState,
  type TaskStatus,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { FaultTally } from "../fault-tally.ts";
import { updateEvent } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { agentIdOf, taskIdOf } from "../ids.ts";
import { shortened } from "../shortened.ts";
import { latestDetails, masterStatus } from "./status.ts";

/**
 * RECONCILE: tells the states of the tasks that are named, or of all that are known when none is. Every answer is an UPDATE without uuid.
 *
 * There is no answer about an unknown task whose agent may still come back after a restart of the master: it could be there.
 *
 * Source: `Master::reconcile`.
 */
export function reconcile(core: Core, framework: Framework, tasks: readonly scheduler.Call_Reconcile_Task[]): void {
  core.counters.increment("messages_reconcile_tasks");
  if (tasks.length === 0) {
    for (const task of framework.tasks.values()) framework.send(updateEvent(latestStatus(core, task)));
    return;
  }
  const unanswered = new FaultTally();
  for (const { taskId, agentId } of tasks) {
    if (!framework.listening) break;
    if (!answerOne(core, framework, taskId, agentId)) {
      unanswered.add({ frameworkId: framework.id, taskId: shortened(taskId?.value ?? ""), agentId: agentId?.value });
    }
  }
  unanswered.log(core.log, "info", "gave no answer about unknown tasks: agents have not registered again yet");
}

/** Tells the state of one task: also the answer to a KILL of a task that is not known. False where nothing can be said yet. */
export function answerOne(
  core: Core,
  framework: Framework,
  taskId: TaskID | undefined,
  agentId: AgentID | undefined,
): boolean {
  const task = framework.tasks.get(taskIdOf(taskId));
  const status = task === undefined ? unknownStatus(core, framework, taskId, agentId) : latestStatus(core, task);
  if (status === undefined) return false;
  framework.send(updateEvent(status));
  return true;
}

function latestStatus(core: Core, task: Task): TaskStatus {
  return masterStatus({
    nowMs: core.clock.now(),
    taskId: task.taskId,
    agentId: task.agentId,
    executorId: task.executorId,
    state: Object.hasOwn(task, "statusUpdateState") ? task.statusUpdateState : task.state,
    reason: TaskStatus_Reason.RECONCILIATION,
    message: "Reconciliation: Latest task state",
    ...latestDetails(task),
  });
}

function unknownStatus(
  core: Core,
  framework: Framework,
  taskId: TaskID | undefined,
  agentId: AgentID | undefined,
): TaskStatus | undefined {
  const id = agentId === undefined ? undefined : agentIdOf(agentId);
  const mayComeBack = id === undefined ? core.recoveredAgents.size > 0 : core.recoveredAgents.has(id);
  if (mayComeBack) return undefined;
  const { state, message, unreachableMs } = unknownState(core, id);
  return masterStatus({
    nowMs: core.clock.now(),
    taskId,
    agentId,
    state: knownState(state, framework.capabilities.partitionAware),
    reason: TaskStatus_Reason.RECONCILIATION,
    message,
    ...(unreachableMs === undefined ? {} : { unreachableMs }),
  });
}

function unknownState(
  core: Core,
  agentId: AgentId | undefined,
): { state: TaskState; message: string; unreachableMs?: number } {
  if (agentId !== undefined && core.agents.has(agentId)) {
    return { state: TaskState.TASK_GONE, message: "Reconciliation: Task is unknown to the agent" };
  }
  const unreachableMs = agentId === undefined ? undefined : core.registry.unreachable.get(agentId);
  if (unreachableMs !== undefined) {
    return { state: TaskState.TASK_UNREACHABLE, message: "Reconciliation: Task is unreachable", unreachableMs };
  }
  return { state: TaskState.TASK_UNKNOWN, message: "Reconciliation: Task is unknown" };
}
