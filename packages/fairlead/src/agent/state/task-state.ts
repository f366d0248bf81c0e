import { type FrameworkInfo, FrameworkInfo_Capability_Type, TaskState } from "@fairlead/mesos-api";

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

/** Whether a task in this state never runs again. */
export function isTerminal(state: TaskState): boolean {
  return TERMINAL.has(state);
}

export function hasCapability(framework: FrameworkInfo, type: FrameworkInfo_Capability_Type): boolean {
  return framework.capabilities.some((capability) => capability.type === type);
}

/** The state that `framework` is told: without PARTITION_AWARE a task that never ran here, or is gone, is TASK_LOST. */
export function knownState(framework: FrameworkInfo, state: TaskState): TaskState {
  if (state !== TaskState.TASK_DROPPED && state !== TaskState.TASK_GONE) return state;
  return hasCapability(framework, FrameworkInfo_Capability_Type.PARTITION_AWARE) ? state : TaskState.TASK_LOST;
}
