import type { ContainerId } from "@fairlead/mesos-api";
import type { ContainerConfig, ContainerTermination } from "../containerizer.ts";
import type { ContainerCgroup } from "./cgroups/container-cgroup.ts";
import type { ContainerLimitation } from "./isolator.ts";
import type { LaunchedProcess } from "./launched-process.ts";
import type { ExitWatch } from "./launcher/exit-watch.ts";
import type { ContainerPaths } from "./paths.ts";

/** A container in the memory of the agent. What outlives the agent is in its files. */
export class Container {
  readonly id: ContainerId;
  /** Changed by updates of resources and limits only; undefined where the record is lost: then it is only taken down. */
  config: ContainerConfig | undefined;
  readonly paths: ContainerPaths;
  readonly cgroup: ContainerCgroup;
  /** Undefined until the runtime has created it. */
  process: LaunchedProcess | undefined;
  /** `undefined`: nobody knows, the agent was restarted in between. */
  started: boolean | undefined = false;
  /** A launch on its way stops at its next step, undoes everything, and fails. */
  destroyRequested = false;
  exitWatch: ExitWatch | undefined;
  /** What an isolator has ended it for. */
  limitation: ContainerLimitation | undefined;
  /** Resolves when the first process has ended, or there will never be one. */
  readonly terminated: Promise<ContainerTermination>;
  readonly #terminate: (termination: ContainerTermination) => void;
  #hasTerminated = false;
  /** The taking down, once it has begun. */
  destruction: Promise<ContainerTermination> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(id: ContainerId, paths: ContainerPaths, cgroup: ContainerCgroup, config?: ContainerConfig) {
    this.id = id;
    this.config = config;
    this.paths = paths;
    this.cgroup = cgroup;
    const { promise, resolve } = Promise.withResolvers<ContainerTermination>();
    this.terminated = promise;
    this.#terminate = resolve;
  }

  get hasTerminated(): boolean {
    return this.#hasTerminated;
  }

  /** Says how the first process ended; only the first call counts. */
  terminate(termination: ContainerTermination): void {
    this.#hasTerminated = true;
    this.#terminate(termination);
  }

  /** Runs `work` after everything that was asked of this container before has ended, well or not. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
