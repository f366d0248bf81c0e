import type { ContainerId } from "@fairlead/mesos-api";
import type { Clock } from "../../../base/clock.ts";
import { errorText, FairleadError } from "../../../base/errors.ts";
import type { Logger } from "../../../base/log.ts";
import { expectSuccess } from "../../../base/run-command.ts";
import {
  MAX_RUNTIME_OUTPUT_BYTES,
  MAX_RUNTIME_PROCESSES,
  MAX_WAITING_FOR_RUNTIME,
  RUNTIME_COMMAND_TIMEOUT_MS,
} from "../limits.ts";
import type { ContainerPaths } from "../paths.ts";
import { Turns } from "../turns.ts";
import { type CreatedContainer, createWithConmon, HELPER_PATH } from "./conmon.ts";
import type { SandboxOutput } from "./sandbox-output.ts";

/** What crun says when it refuses a machine, whatever the container; another runtime may take it. */
const REFUSES_MACHINE = /cgroups in hybrid mode not supported/;

export interface LauncherOptions {
  readonly conmon: string;
  /** Paths of OCI runtimes, the preferred one first. */
  readonly runtimes: readonly string[];
  /** Mount point of cgroup version 2 beside version 1. */
  readonly unifiedCgroup?: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Runs the OCI runtime: the containers are its, this process only asks. A few at a time, whoever waits. */
export class Launcher {
  readonly #options: LauncherOptions;
  readonly #turns = new Turns(MAX_RUNTIME_PROCESSES, MAX_WAITING_FOR_RUNTIME);
  /** The first of the runtimes that has not refused this machine. */
  #preferred = 0;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /**
   * Creates the container of the bundle, up to the first instruction of its command.
   *
   * `proceed` throws when it is not wanted any more. Errors: RUNTIME_FAILED.
   */
  async create(
    containerId: ContainerId,
    paths: ContainerPaths,
    output: SandboxOutput,
    proceed: () => void,
  ): Promise<CreatedContainer & { readonly runtime: string }> {
    return await this.#turns.run(async () => {
      for (;;) {
        proceed();
        const index = this.#preferred;
        const runtime = this.#options.runtimes[index] as string;
        try {
          const created = await createWithConmon({ ...this.#options, containerId, paths, runtime, output });
          return { ...created, runtime };
        } catch (error) {
          const next = this.#options.runtimes[index + 1];
          if (next === undefined || !REFUSES_MACHINE.test(errorText(error))) throw error;
          this.#preferred = Math.max(this.#preferred, index + 1);
          this.#options.log.warn(
            { runtime, next, err: error },
            "the runtime refuses this machine; the next one is used from now on",
          );
        }
      }
    });
  }

  /** Lets the command of a created container begin. */
  async start(containerId: ContainerId, paths: ContainerPaths, runtime: string): Promise<void> {
    await this.#run(runtime, paths, "start", containerId);
  }

  /** `created`, `running`, `stopped`. Source: OCI runtime specification, runtime.md, "State". */
  async state(containerId: ContainerId, paths: ContainerPaths, runtime: string): Promise<string> {
    const answer: unknown = JSON.parse(await this.#run(runtime, paths, "state", containerId));
    if (typeof answer === "object" && answer !== null && "status" in answer) {
      return String(answer.status);
    }
    throw new FairleadError("RUNTIME_FAILED", `${runtime} told no state of container ${containerId}`);
  }

  /** Removes what the runtime keeps of a container; of one that it does not know, nothing. */
  async delete(containerId: ContainerId, paths: ContainerPaths, runtime: string): Promise<void> {
    await this.#run(runtime, paths, "delete", "--force", containerId);
  }

  async #run(runtime: string, paths: ContainerPaths, ...args: readonly string[]): Promise<string> {
    return await this.#turns.run(async () => {
      try {
        const { stdout } = await expectSuccess([runtime, `--root=${paths.runtimeState}`, ...args], {
          env: { PATH: HELPER_PATH },
          timeoutMs: RUNTIME_COMMAND_TIMEOUT_MS,
          maxOutputBytes: MAX_RUNTIME_OUTPUT_BYTES,
        });
        return stdout;
      } catch (cause) {
        throw new FairleadError("RUNTIME_FAILED", `${runtime} ${args.join(" ")} failed: ${errorText(cause)}`, {
          cause,
        });
      }
    });
  }
}
