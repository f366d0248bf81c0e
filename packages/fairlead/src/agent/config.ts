import type { Attribute, DomainInfo, Resource } from "@fairlead/mesos-api";

/** Everything that an agent is told at start; the flags of the same names in snake case. Durations in milliseconds. */
export interface AgentConfig {
  readonly ip: string;
  readonly port: number;
  readonly advertiseIp?: string;
  readonly advertisePort?: number;
  readonly hostname?: string;
  /** IPv6 address that is reported for containers without addresses of their own. */
  readonly ip6?: string;
  /** `host:port` of the master. */
  readonly master: string;
  readonly workDir: string;
  readonly runtimeDir: string;
  /** As given by --resources, after detection of what was left out. */
  readonly resources: readonly Resource[];
  readonly attributes: readonly Attribute[];
  readonly domain?: DomainInfo;
  readonly switchUser: boolean;
  readonly executorShutdownGracePeriodMs: number;
  readonly registrationBackoffFactorMs: number;
  /** Presented to the master; undefined: none. */
  readonly agentSecret?: string;
  readonly maxCompletedExecutorsPerFramework: number;
  readonly gcDelayMs: number;
  /** `reconnect`: containers of checkpointing frameworks go on; `cleanup`: everything is ended, then the agent exits. */
  readonly recover: "reconnect" | "cleanup";
  readonly maxRequestBodyBytes: number;
  /** Every flag that has a value, as text: `/flags`, `state.flags`. */
  readonly flags: ReadonlyMap<string, string>;
}
