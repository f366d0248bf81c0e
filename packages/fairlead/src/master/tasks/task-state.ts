import { isTerminal, TaskState } from "@fairlead/mesos-api";

/** Whether a task in this state holds no resources as far as the master knows. */
export function isTerminalOrUnreachable(state: TaskState): boolean {
  return isTerminal(state) || state === TaskState.TASK_UNREACHABLE;
}

/** Whether an agent can know that a task is in this state; the others are said of tasks whose agent is away. */
export function isAgentState(state: TaskState): boolean {
  return state !== TaskState.TASK_UNREACHABLE && state !== TaskState.TASK_UNKNOWN;
}
