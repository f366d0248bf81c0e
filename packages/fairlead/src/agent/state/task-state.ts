import { type FrameworkInfo, FrameworkInfo_Capability_Type, knownState, type TaskState } from "@fairlead/mesos-api";

export function hasCapability(framework: FrameworkInfo, type: FrameworkInfo_Capability_Type): boolean {
  return framework.capabilities.some((capability) => capability.type === type);
}

/** The state that `framework` is told: without PARTITION_AWARE a task that never ran here, or is gone, is TASK_LOST. */
export function toldState(framework: FrameworkInfo, state: TaskState): TaskState {
  return knownState(state, hasCapability(framework, FrameworkInfo_Capability_Type.PARTITION_AWARE));
}
