import {
  type internal,
  isTerminal,
  type Task,
  type TaskState,
  type TaskStatus,
  TaskStatus_Source,
} from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";
import type { Agent } from "../agents/agent.ts";
import type { Core } from "../core.ts";
import { updateEvent } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { frameworkIdOf, taskIdOf } from "../ids.ts";
import { MAX_STATUSES_PER_TASK } from "../limits.ts";
import { isUuid } from "../validation/scheduler-call.ts";
import { replaceTask } from "./booking.ts";
import { isAgentState, isTerminalOrUnreachable } from "./task-state.ts";

/**
 * A status update from an agent: it goes to the scheduler, and into the books.
 *
 * The task's own state is the latest one that the agent knows, so that its resources are free early; what is told and acknowledged may lag
 * behind. While the scheduler is away the update is only booked: the agent sends it again until it is acknowledged.
 *
 * Source: `Master::statusUpdate`.
 */
export function receiveUpdate(core: Core, agent: Agent, update: internal.AgentCall_Update): void {
  core.counters.increment("messages_status_update");
  const frameworkId = frameworkIdOf(update.frameworkId);
  const taskId = taskIdOf(update.status?.taskId);
  const log = core.log.with({ frameworkId, agentId: agent.id, taskId });
  const latestState = latestStateOf(update);
  if (update.status === undefined || latestState === undefined || taskId === "" || !isUuid(update.status.uuid)) {
    log.warn({}, "ignored a status update that is not well formed");
    core.counters.increment("invalid_status_updates");
    return;
  }
  const status = fromAgent(update.status, agent, core.clock.now());
  const framework = core.frameworks.get(frameworkId);
  if (framework === undefined) {
    log.warn({}, "ignored a status update of an unknown framework");
    core.counters.increment("invalid_status_updates");
    return;
  }
  framework.send(updateEvent(status));
  const task = agent.taskIds.get(frameworkId)?.has(taskId) ? framework.tasks.get(taskId) : undefined;
  if (task === undefined) {
    log.warn({}, "a status update of an unknown task was forwarded only");
    core.counters.increment("invalid_status_updates");
    return;
  }
  const booked = applyStatus(core, framework, task, status, latestState);
  if (framework.connected) {
    framework.tasks.set(
      taskId,
      replaceFields(booked, { statusUpdateState: status.state, statusUpdateUuid: status.uuid }),
    );
  }
  core.counters.increment(framework.connected ? "valid_status_updates" : "invalid_status_updates");
}

/** The state that a task has by now; undefined where an agent says what it cannot know. */
function latestStateOf(update: internal.AgentCall_Update): TaskState | undefined {
  const told = update.status?.state;
  const latest = Object.hasOwn(update, "latestState") ? update.latestState : told;
  if (told === undefined || latest === undefined || !isAgentState(told) || !isAgentState(latest)) return undefined;
  return isTerminal(told) ? told : latest;
}

/** Books a status, and counts the end of the task where this is it. Returns the task as it is now. */
export function applyStatus(
  core: Core,
  framework: Framework,
  before: Task,
  status: TaskStatus,
  latestState: TaskState = status.state,
): Task {
  const after = withStatus(before, status, latestState);
  replaceTask(core, framework, before, after);
  if (!isTerminalOrUnreachable(before.state) && isTerminalOrUnreachable(after.state)) {
    const reason = Object.hasOwn(status, "reason") && status.state === after.state ? status.reason : undefined;
    core.counters.taskEnded(after.state, status.source, reason);
  }
  if (!isTerminal(before.state) && isTerminal(after.state)) framework.counters.taskEnded(after.state);
  return after;
}

/** The next version of a task: one status per state in a row, the last of them; a terminal state is never left. */
export function withStatus(task: Task, status: TaskStatus, latestState: TaskState): Task {
  // `data` may be large, and nobody reads it from here.
  const kept = replaceFields(status, { data: undefined });
  const earlier = task.statuses.at(-1)?.state === status.state ? task.statuses.slice(0, -1) : task.statuses;
  return replaceFields(task, {
    state: isTerminal(task.state) ? task.state : latestState,
    statuses: [...earlier.slice(1 - MAX_STATUSES_PER_TASK), kept],
  });
}

/** Fills in what the event promises: the agent, the time, the source. */
function fromAgent(status: TaskStatus, agent: Agent, nowMs: number): TaskStatus {
  return replaceFields(status, {
    agentId: agent.info.id,
    timestamp: Object.hasOwn(status, "timestamp") ? status.timestamp : nowMs / 1000,
    source: Object.hasOwn(status, "source") ? status.source : TaskStatus_Source.AGENT,
  });
}
