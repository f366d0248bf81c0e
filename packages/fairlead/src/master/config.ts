import type { DomainInfo } from "@fairlead/mesos-api";

/** Everything that a master is told at start; the flags of the same names in snake case. Durations in milliseconds. */
export interface MasterConfig {
  readonly ip: string;
  readonly port: number;
  readonly advertiseIp?: string;
  readonly advertisePort?: number;
  readonly hostname?: string;
  /** Undefined: the registry lives in memory. */
  readonly workDir?: string;
  readonly cluster?: string;
  readonly domain?: DomainInfo;
  readonly allocationIntervalMs: number;
  readonly offerTimeoutMs?: number;
  readonly agentPingTimeoutMs: number;
  readonly maxAgentPingTimeouts: number;
  readonly agentReregisterTimeoutMs: number;
  readonly maxCompletedFrameworks: number;
  readonly maxCompletedTasksPerFramework: number;
  readonly maxUnreachableTasksPerFramework: number;
  /** Whitelist of roles; undefined: all. */
  readonly roles?: readonly string[];
  readonly weights: ReadonlyMap<string, number>;
  readonly rootSubmissions: boolean;
  /** Offers below all of these amounts are not made: a list of alternatives, each by resource name. */
  readonly minAllocatableResources: readonly ReadonlyMap<string, number>[];
  readonly filterGpuResources: boolean;
  /** What agents must present to register; undefined: nothing. */
  readonly agentSecret?: string;
  readonly maxRequestBodyBytes: number;
  readonly maxUnreadStreamBytes: number;
  readonly webuiDir?: string;
  /** Every flag that has a value, as text: `/flags`, `state.flags`. */
  readonly flags: ReadonlyMap<string, string>;
}
