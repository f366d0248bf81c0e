import type { ExecutorId, ExecutorInfo, Resources, TaskId } from "@fairlead/mesos-api";
import type { AgentView, FrameworkView } from "../entities.ts";

/** What a launch is validated against: whose it is, where it shall run, and what is left of the accepted offers. */
export interface LaunchTarget {
  readonly framework: Pick<FrameworkView, "id" | "tasks" | "unreachableTasks" | "executors">;
  readonly agent: Pick<AgentView, "id" | "capabilities" | "features">;
  readonly available: Resources;
  /** What valid tasks of the same operation will have booked before this one. */
  readonly planned?: {
    readonly taskIds: ReadonlySet<TaskId>;
    readonly executors: ReadonlyMap<ExecutorId, ExecutorInfo>;
  };
}
