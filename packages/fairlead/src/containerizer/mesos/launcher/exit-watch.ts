import { type FSWatcher, watch } from "node:fs";
import type { ContainerId } from "@fairlead/mesos-api";
import type { Clock, Timer } from "../../../base/clock.ts";
import { readFileIfExists } from "../../../base/files/read-file-if-exists.ts";
import type { Logger } from "../../../base/log.ts";
import { CONMON_END_TIMEOUT_MS, SWEEP_INTERVAL_MS } from "../limits.ts";
import type { ContainerPaths } from "../paths.ts";
import { findProcess, type ProcessIdentity, type ProcessState } from "./process-identity.ts";
import { parseExitFile } from "./wait-status.ts";

/** How the first process of a container ended. */
export interface Exit {
  /** Raw wait status; undefined if nobody has it. */
  readonly status?: number;
  /** Why there is no status. */
  readonly message?: string;
}

export interface ExitWatchOptions {
  readonly containerId: ContainerId;
  readonly paths: Pick<ContainerPaths, "exitDirectory" | "exitStatus">;
  readonly init: ProcessIdentity;
  readonly conmon: ProcessIdentity;
  readonly clock: Clock;
  readonly log: Logger;
  /** How processes are looked up; tests put their own. */
  readonly find?: (identity: ProcessIdentity) => Promise<ProcessState | undefined>;
}

/**
 * Waits for the end of a container's first process: for the exit file of its conmon by inotify, and by looking every second, for what inotify
 * may lose and for a conmon that was killed. Without conmon the process itself is watched, and its status is known only if it is caught
 * between its end and the moment when init reaps it.
 */
export class ExitWatch {
  readonly exited: Promise<Exit>;
  #resolve: (exit: Exit) => void = () => {};
  readonly #options: ExitWatchOptions;
  readonly #find: (identity: ProcessIdentity) => Promise<ProcessState | undefined>;
  #watcher: FSWatcher | undefined;
  #timer: Timer | undefined;
  #open = true;
  #looking = false;
  #lookAgain = false;
  /** Since when the process is gone and conmon has not said how. */
  #silentSinceMs: number | undefined;
  #saidAlone = false;

  constructor(options: ExitWatchOptions) {
    this.#options = options;
    this.#find = options.find ?? findProcess;
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    try {
      this.#watcher = watch(options.paths.exitDirectory, { persistent: false }, () => this.look());
      this.#watcher.on("error", (err) => this.#withoutInotify(err));
    } catch (err) {
      this.#withoutInotify(err);
    }
    this.#sweep();
  }

  /** Looks now; for events that come other than by inotify. */
  look(): void {
    if (!this.#open) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    this.#lookAround()
      .then((exit) => exit && this.#settle(exit))
      .catch((err) =>
        this.#options.log.warn(
          { containerId: this.#options.containerId, err },
          "a container could not be looked at; it is tried again",
        ),
      )
      .finally(() => {
        this.#looking = false;
        if (this.#lookAgain) {
          this.#lookAgain = false;
          this.look();
        }
      });
  }

  /** Stops watching; `exited` stays as it is. */
  close(): void {
    this.#open = false;
    this.#watcher?.close();
    this.#timer?.cancel();
  }

  #settle(exit: Exit): void {
    this.close();
    this.#resolve(exit);
  }

  #sweep(): void {
    this.look();
    this.#timer = this.#options.clock.after(SWEEP_INTERVAL_MS, () => this.#open && this.#sweep(), { background: true });
  }

  async #lookAround(): Promise<Exit | undefined> {
    const { conmon, init, clock } = this.#options;
    const status = await this.#readExitFile();
    if (status !== undefined) {
      return { status };
    }
    const watcher = await this.#find(conmon);
    if (watcher !== undefined && !watcher.zombie) {
      if (isAlive(await this.#find(init))) return undefined;
      const nowMs = clock.monotonic();
      this.#silentSinceMs ??= nowMs;
      return nowMs - this.#silentSinceMs < CONMON_END_TIMEOUT_MS ? undefined : this.#unknown("does not answer");
    }
    // before it ended, conmon may have written the file just after it was read here
    const late = await this.#readExitFile();
    if (late !== undefined) {
      return { status: late };
    }
    const process = await this.#find(init);
    if (isAlive(process)) {
      this.#sayAlone();
      return undefined;
    }
    return process === undefined ? this.#unknown("has ended before it") : { status: process.exitCode };
  }

  #unknown(what: string): Exit {
    const { pid } = this.#options.conmon;
    return { message: `The exit status is not known: the monitor of the container (conmon, pid ${pid}) ${what}` };
  }

  #sayAlone(): void {
    if (this.#saidAlone) return;
    this.#saidAlone = true;
    const { containerId, log } = this.#options;
    log.warn(
      { containerId },
      "conmon has ended before its container; the process itself is watched, its exit status may be lost",
    );
  }

  #withoutInotify(err: unknown): void {
    const { containerId, log } = this.#options;
    log.warn({ containerId, err }, "inotify does not work; the exit file is looked for every second");
  }

  async #readExitFile(): Promise<number | undefined> {
    const text = await readFileIfExists(this.#options.paths.exitStatus);
    return text && parseExitFile(text.toString());
  }
}

function isAlive(process: ProcessState | undefined): boolean {
  return process !== undefined && !process.zombie;
}
