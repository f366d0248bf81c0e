import { isTerminal, TaskState } from "@fairlead/mesos-api";

/** Whether a task in this state holds no resources as far as the master knows. */
export function isTerminalOrUnreachable(state: TaskState): boolean {
  return isTerminal(state) || state === TaskState.TASK_UNREACHABLE;
}
