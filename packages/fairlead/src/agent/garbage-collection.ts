import { readdir, rmdir, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Timer, withDeadline } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { GC_STOP_MS, GC_SWEEP_MAX_MS, GC_SWEEP_MIN_MS } from "./limits.ts";
import { agentsDir } from "./paths.ts";

/** Between two looks at the sandboxes, as a part of their delay. */
const SWEEPS_PER_DELAY = 10;

export interface GarbageCollectionOptions {
  readonly workDir: string;
  readonly delayMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Removes a directory and what is in it; never crosses a mount point. */
  readonly removeTree: (path: string) => Promise<void>;
  /** Whether a directory is, or holds, the sandbox of an executor that is not done. */
  readonly inUse: (path: string) => boolean;
}

/**
 * Removes sandboxes `delayMs` after their executors were done.
 *
 * A sandbox's modification time is all that is remembered: nothing is kept in memory for each of them, and a restart forgets nothing.
 */
export class GarbageCollection {
  readonly #options: GarbageCollectionOptions;
  #timer: Timer | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #stopped = false;
  #pending = 0;
  #succeeded = 0;
  #failed = 0;

  constructor(options: GarbageCollectionOptions) {
    this.#options = options;
  }

  get metrics(): ReadonlyMap<string, number> {
    return new Map([
      ["gc/path_removals_pending", this.#pending],
      ["gc/path_removals_succeeded", this.#succeeded],
      ["gc/path_removals_failed", this.#failed],
    ]);
  }

  /** Looks at once, for what earlier runs have left, and again and again. */
  start(): void {
    const { clock, delayMs } = this.#options;
    const pauseMs = Math.min(Math.max(delayMs / SWEEPS_PER_DELAY, GC_SWEEP_MIN_MS), GC_SWEEP_MAX_MS);
    this.#sweeping = this.sweep().finally(() => {
      if (!this.#stopped) this.#timer = clock.after(pauseMs, () => this.start());
    });
  }

  /** The executor of `sandbox` is done: its delay begins. */
  async schedule(sandbox: string): Promise<void> {
    this.#pending++;
    const now = new Date(this.#options.clock.now());
    await utimes(sandbox, now, now).catch((error: unknown) => {
      this.#options.log.debug({ err: errorText(error) }, "a sandbox is gone before its time");
    });
  }

  /** Waits for a removal that is under way, but not long: the next run goes on with it. Never rejects. */
  async stop(): Promise<void> {
    const { clock, log } = this.#options;
    this.#stopped = true;
    this.#timer?.cancel();
    await withDeadline(clock, GC_STOP_MS, this.#sweeping, () => new Error("a removal takes long")).catch(() => {
      log.info({}, "left a sandbox that is being removed to the next run");
    });
  }

  /** Looks at every sandbox once, and removes those whose time has come. Never rejects. */
  async sweep(): Promise<void> {
    let pending = 0;
    const root = agentsDir(this.#options.workDir);
    for (const agent of await directories(root)) {
      const frameworks = join(root, agent, "frameworks");
      for (const framework of await directories(frameworks)) {
        const executors = join(frameworks, framework, "executors");
        for (const executor of await directories(executors)) {
          if (this.#stopped) return;
          pending += await this.#sweepExecutor(join(executors, executor));
        }
        await this.#removeEmpty(executors, join(frameworks, framework));
      }
    }
    this.#pending = pending;
  }

  /** Returns how many sandboxes wait for their time, or for another attempt. */
  async #sweepExecutor(executor: string): Promise<number> {
    const runs = join(executor, "runs");
    let pending = 0;
    for (const run of await directories(runs)) {
      if (this.#stopped) return pending;
      if (!this.#options.inUse(join(runs, run)) && !(await this.#removeIfDue(join(runs, run)))) pending++;
    }
    if ((await directories(runs)).length > 0 || this.#options.inUse(executor)) return pending;
    await unlink(join(runs, "latest")).catch(() => {});
    await this.#removeEmpty(runs, executor);
    return pending;
  }

  async #removeIfDue(path: string): Promise<boolean> {
    const { clock, delayMs, log, removeTree } = this.#options;
    try {
      const { mtimeMs } = await stat(path);
      if (mtimeMs + delayMs > clock.now()) return false;
      await removeTree(path);
      this.#succeeded++;
      return true;
    } catch (error) {
      this.#failed++;
      log.warn({ path, err: errorText(error) }, "a sandbox could not be removed; it is tried again later");
      return false;
    }
  }

  /** Removes directories that are empty; one in which something was just made stays. */
  async #removeEmpty(...paths: string[]): Promise<void> {
    for (const path of paths) {
      if (!this.#options.inUse(path)) await rmdir(path).catch(() => {});
    }
  }
}

async function directories(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
