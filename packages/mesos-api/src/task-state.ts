import { TaskState } from "../gen/mesos/v1/task_pb.js";

const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_ERROR,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
  TaskState.TASK_GONE_BY_OPERATOR,
]);

/** Whether a task in this state never runs again. UNREACHABLE and UNKNOWN are not terminal. */
export function isTerminal(state: TaskState): boolean {
  return TERMINAL.has(state);
}

/** What frameworks without PARTITION_AWARE hear of a state that came with that capability: TASK_LOST. */
export function knownState(state: TaskState, partitionAware: boolean): TaskState {
  if (partitionAware) return state;
  switch (state) {
    case TaskState.TASK_DROPPED:
    case TaskState.TASK_UNREACHABLE:
    case TaskState.TASK_GONE:
    case TaskState.TASK_GONE_BY_OPERATOR:
    case TaskState.TASK_UNKNOWN:
      return TaskState.TASK_LOST;
    default:
      return state;
  }
}
