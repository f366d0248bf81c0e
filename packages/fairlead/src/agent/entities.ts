import type {
  AgentId,
  AgentInfo,
  AgentInfo_Capability,
  ContainerId,
  ContainerStatus,
  ExecutorId,
  ExecutorInfo,
  FrameworkId,
  FrameworkInfo,
  ResourceStatistics,
  Resources,
  Task,
  TaskId,
  TaskInfo,
} from "@fairlead/mesos-api";

/**
 * What the agent knows, as its endpoints read it. Protobuf messages in here are immutable: a change puts a new message in the place of the old
 * one. Only the agent's core writes.
 */
export interface AgentView {
  /** Undefined before the first registration. */
  readonly id: AgentId | undefined;
  readonly info: AgentInfo;
  /** `slave(1)@ip:port`. */
  readonly pid: string;
  readonly capabilities: readonly AgentInfo_Capability[];
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly masterHostname: string | undefined;
  readonly registered: boolean;
  /** False while the containers of the run before are being found again: endpoints answer 503. */
  readonly recovered: boolean;
  readonly frameworks: ReadonlyMap<FrameworkId, AgentFrameworkView>;
  readonly completedFrameworks: readonly AgentFrameworkView[];
  /** What the containers of all executors have booked. */
  readonly allocated: Resources;
  containerStatus(containerId: ContainerId): Promise<ContainerStatus>;
  usage(containerId: ContainerId): Promise<ResourceStatistics>;
}

export interface AgentFrameworkView {
  readonly id: FrameworkId;
  readonly info: FrameworkInfo;
  readonly executors: ReadonlyMap<ExecutorId, AgentExecutorView>;
  /** The oldest first, at most `maxCompletedExecutorsPerFramework`. */
  readonly completedExecutors: readonly AgentExecutorView[];
}

export interface AgentExecutorView {
  readonly id: ExecutorId;
  /** As Mesos would show it; for a command task the generated ExecutorInfo of the command executor. */
  readonly info: ExecutorInfo;
  readonly isCommandExecutor: boolean;
  readonly containerId: ContainerId;
  /** Its container has ended; what is left are tasks whose end is not acknowledged. */
  readonly ended: boolean;
  /** The sandbox. */
  readonly directory: string;
  readonly resources: Resources;
  readonly queuedTasks: ReadonlyMap<TaskId, TaskInfo>;
  /** Launched and living. */
  readonly tasks: ReadonlyMap<TaskId, Task>;
  /** Ended, the terminal update not yet acknowledged. */
  readonly terminatedTasks: ReadonlyMap<TaskId, Task>;
  readonly completedTasks: readonly Task[];
}
