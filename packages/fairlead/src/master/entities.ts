import type {
  AgentId,
  AgentInfo,
  AgentInfo_Capability,
  ExecutorId,
  ExecutorInfo,
  FrameworkId,
  FrameworkInfo,
  internal,
  MasterInfo,
  Offer,
  OfferId,
  Resources,
  scheduler,
  Task,
  TaskId,
} from "@fairlead/mesos-api";

/**
 * What the master knows, as its endpoints read it. Protobuf messages in here are immutable: a change puts a new message in the place of the old
 * one, so that renderings can be memoised by identity. Only the master's core writes.
 */
export interface MasterView {
  readonly info: MasterInfo;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly electedMs: number;
  readonly frameworks: ReadonlyMap<FrameworkId, FrameworkView>;
  /** The oldest first, at most `maxCompletedFrameworks`. */
  readonly completedFrameworks: readonly FrameworkView[];
  readonly agents: ReadonlyMap<AgentId, AgentView>;
  /** Known from the registry, not yet registered again after this master's start. */
  readonly recoveredAgents: ReadonlyMap<AgentId, AgentInfo>;
  /** When they were lost, in milliseconds since the epoch. */
  readonly unreachableAgents: ReadonlyMap<AgentId, number>;
}

export interface FrameworkView {
  readonly id: FrameworkId;
  /** With `id`; hostname, roles and capabilities as the framework gave them. */
  readonly info: FrameworkInfo;
  /** The roles it is subscribed to: `roles`, or `role` without the MULTI_ROLE capability. */
  readonly roles: readonly string[];
  readonly suppressedRoles: ReadonlySet<string>;
  /** As the framework gave them last; absent where it gave none. */
  readonly offerConstraints: scheduler.OfferConstraints | undefined;
  readonly connected: boolean;
  readonly active: boolean;
  /** Known from agents only: it has not subscribed again after the master's start. */
  readonly recovered: boolean;
  readonly registeredMs: number;
  readonly reregisteredMs: number | undefined;
  readonly unregisteredMs: number | undefined;
  /** Living tasks, and ended ones whose terminal update is not acknowledged. */
  readonly tasks: ReadonlyMap<TaskId, Task>;
  readonly unreachableTasks: ReadonlyMap<TaskId, Task>;
  /** The oldest first, at most `maxCompletedTasksPerFramework`. */
  readonly completedTasks: readonly Task[];
  readonly offers: ReadonlyMap<OfferId, Offer>;
  /** Custom and default executors. */
  readonly executors: ReadonlyMap<AgentId, ReadonlyMap<ExecutorId, ExecutorInfo>>;
  readonly used: Resources;
  readonly offered: Resources;
}

export interface AgentView {
  readonly id: AgentId;
  readonly info: AgentInfo;
  /** `slave(1)@ip:port`. */
  readonly pid: string;
  readonly version: string;
  readonly capabilities: readonly AgentInfo_Capability[];
  readonly features: ReadonlySet<internal.Feature>;
  readonly registeredMs: number;
  readonly reregisteredMs: number | undefined;
  readonly connected: boolean;
  /** Whether its resources are offered. */
  readonly active: boolean;
  readonly total: Resources;
  readonly used: Resources;
  readonly usedByFramework: ReadonlyMap<FrameworkId, Resources>;
  readonly offered: Resources;
  readonly offers: ReadonlyMap<OfferId, Offer>;
}
