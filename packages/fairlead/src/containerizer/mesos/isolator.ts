import type {
  ContainerId,
  ContainerStatus,
  Resource,
  ResourceStatistics,
  TaskResourceLimitation,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import type { ContainerConfig } from "../containerizer.ts";

/** A mount of the OCI runtime specification. */
export interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** One isolator's contribution to the OCI bundle; those of all isolators are merged in the pipeline's order. */
export interface ContainerLaunchInfo {
  readonly environment?: Readonly<Record<string, string>>;
  /** Namespaces to join (with a path) or to make (without). */
  readonly namespaces?: readonly { readonly type: "network" | "uts" | "pid" | "ipc"; readonly path?: string }[];
  readonly mounts?: readonly OciMount[];
  readonly hostname?: string;
  /** `linux.resources` of the OCI runtime specification: cpu, memory, pids; merged one level deep. */
  readonly resources?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Prepended to the command (an init such as tini). */
  readonly argvPrefix?: readonly string[];
  /** `process.rlimits` of the OCI runtime specification. */
  readonly rlimits?: readonly { readonly type: string; readonly soft: bigint; readonly hard: bigint }[];
}

/** Why an isolator wants a container ended. */
export interface ContainerLimitation {
  readonly reason: TaskStatus_Reason;
  readonly message: string;
  readonly limitation?: TaskResourceLimitation;
}

/** A container that an earlier run left, as the launcher found it. */
export interface RecoveredContainer {
  readonly config: ContainerConfig;
  /** The first process on the host; undefined if it has ended or was never created. */
  readonly pid?: number;
}

/**
 * One step of the pipeline of the Mesos containerizer, with Mesos's names: `prepare` in the pipeline's order before the container exists,
 * `isolate` when its first process exists but runs nothing of the command yet, `cleanup` in reverse order at the end.
 */
export interface Isolator {
  /** The name in `--isolation`, such as `network/cni`. */
  readonly name: string;
  /**
   * Rebuilds what is known of `alive`, and cleans up after everything that carries this agent's mark and is not among them: `orphans` are
   * those that the launcher found, an isolator may find more in its own files. Failures to clean are logged, never thrown.
   */
  recover(alive: readonly RecoveredContainer[], orphans: readonly ContainerId[]): Promise<void>;
  /** Throws a FairleadError to fail the launch; `cleanup` follows then, so half-made state may stay. */
  prepare(config: ContainerConfig): Promise<ContainerLaunchInfo | undefined>;
  /** The container is not wanted any more: a `prepare` that waits for others (a plugin that hangs) throws soon. Does nothing otherwise. */
  abort?(containerId: ContainerId): void;
  isolate?(containerId: ContainerId, pid: number): Promise<void>;
  /** Resolves when the container must be ended, never otherwise. */
  watch?(containerId: ContainerId): Promise<ContainerLimitation>;
  update?(
    containerId: ContainerId,
    resources: readonly Resource[],
    limits: Readonly<Record<string, number>>,
  ): Promise<void>;
  /** Fields to merge into ContainerStatus. */
  status?(containerId: ContainerId): Promise<Partial<Pick<ContainerStatus, "networkInfos" | "cgroupInfo">>>;
  /** Fields to merge into ResourceStatistics. */
  usage?(containerId: ContainerId): Promise<Partial<ResourceStatistics>>;
  /** Looks at how the first process ended while its cgroup still exists: the limitation that ended it, if one did. */
  explain?(containerId: ContainerId): Promise<ContainerLimitation | undefined>;
  /** Undoes `prepare` and `isolate`, whatever they reached; unknown containers are fine. Throws what could not be undone. */
  cleanup(containerId: ContainerId): Promise<void>;
  /** Stops timers and watchers. */
  close?(): Promise<void>;
}
