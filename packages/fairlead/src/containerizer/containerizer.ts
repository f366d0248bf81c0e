import type {
  CommandInfo,
  ContainerId,
  ContainerInfo,
  ContainerStatus,
  Resource,
  ResourceStatistics,
  TaskResourceLimitation,
  TaskState,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";

/** What a containerizer needs to know of a container: everything is decided, nothing is looked up again. */
export interface ContainerConfig {
  readonly containerId: ContainerId;
  /** The container whose namespaces are shared where this one names none of its own; undefined for a top-level container. */
  readonly parentId?: ContainerId;
  readonly command: CommandInfo;
  readonly containerInfo?: ContainerInfo;
  /** What is booked for the container: cpus, mem (MB), ports, … */
  readonly resources: readonly Resource[];
  /** Upper bounds by resource name (`cpus`, `mem` in MB; Infinity: none), as in TaskInfo.limits. */
  readonly limits: Readonly<Record<string, number>>;
  /** The user that the command runs as; undefined: the agent's own. */
  readonly user?: string;
  /** The sandbox: an existing directory that belongs to the user. `stdout` and `stderr` are appended to in it. */
  readonly directory: string;
  /** Set by the agent (MESOS_SANDBOX, PORT, …); CommandInfo.environment but for its secrets is merged over it already. */
  readonly environment: Readonly<Record<string, string>>;
  /** Kept with the container's record for the agent, not interpreted: what a checkpoint that was lost is rebuilt from. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** How a container ended. */
export interface ContainerTermination {
  /** The raw wait status (exit code × 256, or the signal's number); undefined if it never ran or cannot be known. */
  readonly status?: number;
  /** What the task's terminal state should be, where the container was ended by a limit. */
  readonly state?: TaskState;
  readonly reason?: TaskStatus_Reason;
  readonly message?: string;
  readonly limitation?: TaskResourceLimitation;
}

/**
 * A container runtime behind one interface; `ContainerInfo.type` decides which one serves a container.
 *
 * Every method may be called at any time and in any order; calls for one container are serialised by the implementation. Errors are
 * FairleadErrors whose message is shown to the framework (`Failed to launch container: <message>`).
 */
export interface Containerizer {
  /**
   * The configs that are on record of every container of an earlier run, whether it lives or not; unreadable records are left out with a
   * warning. Changes nothing. The agent asks before `recover`, when its own checkpoint was lost.
   */
  records(): Promise<readonly ContainerConfig[]>;

  /**
   * Finds again the containers of an earlier run. `known` are the configs of those that should go on running; every other container that
   * carries this agent's mark is destroyed and cleaned. A known container that has ended meanwhile resolves its `wait` with the status it had;
   * one of which nothing is left, or whose launch was cut before its process was created, resolves with no status. One that was created but
   * not started stays so: the agent calls `start`. Running containers and their networks are not touched.
   */
  recover(known: readonly ContainerConfig[]): Promise<void>;

  /**
   * Makes everything up to, but not including, the first instruction of the command: namespaces, networks, cgroups, files, the created process.
   * Returns false if this containerizer does not serve such a container. On failure everything is undone before the error is thrown.
   * Errors: CONTAINER_EXISTS, CONTAINER_INVALID, USER_UNKNOWN, NETWORK_*, RUNTIME_FAILED, CONTAINER_DESTROYED (destroy was called meanwhile), ….
   */
  launch(config: ContainerConfig): Promise<boolean>;

  /**
   * Lets the command of a launched container run. Does nothing if it runs or has ended already: after a crash the agent cannot know.
   * Errors: CONTAINER_UNKNOWN, RUNTIME_FAILED, CONTAINER_DESTROYED.
   */
  start(containerId: ContainerId): Promise<void>;

  /** Changes the booked resources and limits of a living container. Unknown containers are ignored. */
  update(
    containerId: ContainerId,
    resources: readonly Resource[],
    limits: Readonly<Record<string, number>>,
  ): Promise<void>;

  /** What is reported in TaskStatus.container_status: container_id, network_infos in request order, cgroup_info, executor_pid. */
  status(containerId: ContainerId): Promise<ContainerStatus>;

  /** What the container uses now. */
  usage(containerId: ContainerId): Promise<ResourceStatistics>;

  /**
   * Resolves when the container's first process has ended, with its status; the container still exists (its network too) until `destroy`.
   * Resolves at once if it has ended already. Errors: CONTAINER_UNKNOWN.
   */
  wait(containerId: ContainerId): Promise<ContainerTermination>;

  /** Sends `signal` (a number) to every process of the container, its init excepted where it has one. Returns false if there is none left. */
  kill(containerId: ContainerId, signal: number): Promise<boolean>;

  /**
   * Ends every process, detaches the networks in reverse order, removes the files (not the sandbox). Idempotent; goes on over failures, which
   * are reported in the log and finished by the next recovery. Resolves with the termination, undefined if the container was not known.
   */
  destroy(containerId: ContainerId): Promise<ContainerTermination | undefined>;

  /** The ids of all containers that are launched and not yet destroyed. */
  containers(): ReadonlySet<ContainerId>;

  /** Stops watching; containers go on running. */
  close(): Promise<void>;
}
