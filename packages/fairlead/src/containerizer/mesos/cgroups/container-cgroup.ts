import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { ContainerId } from "@fairlead/mesos-api";
import { type Clock, sleep } from "../../../base/clock.ts";
import { FairleadError } from "../../../base/errors.ts";
import { errorCode } from "../../../base/files/error-code.ts";
import { CGROUP_POLL_MS, FREEZE_TIMEOUT_MS, MAX_CGROUP_POLL_MS, MAX_SIGNAL_ROUNDS } from "../limits.ts";
import { isMissing } from "../missing.ts";
import { readCgroupFile, readFlatKeyed, writeCgroupFile } from "./cgroup-files.ts";
import type { CgroupLayout } from "./layout.ts";

const SIGKILL = 9;

/** The cgroup of one container: the same path in every hierarchy, made by the OCI runtime. */
export class ContainerCgroup {
  /** The path within each hierarchy, absolute: a relative one would be resolved below the runtime's own cgroup. */
  readonly path: string;
  readonly #layout: CgroupLayout;
  readonly #clock: Clock;
  /** Where the processes are listed: next to the freezer, if there is one. */
  readonly #listing: string;
  readonly #freezer: string | undefined;

  constructor(layout: CgroupLayout, root: string, containerId: ContainerId, clock: Clock) {
    this.path = join("/", root, containerId);
    this.#layout = layout;
    this.#clock = clock;
    this.#freezer = this.directory("freezer");
    // the layout has pids, or it would have been refused
    this.#listing = (
      layout.mode === "v2" ? this.directory("pids") : (this.#freezer ?? this.directory("pids"))
    ) as string;
  }

  /** The directory in the hierarchy of `controller`; undefined where that controller does not exist. */
  directory(controller: string): string | undefined {
    const mountPoint = this.#layout.controllers.get(controller);
    return mountPoint === undefined ? undefined : join(mountPoint, this.path);
  }

  get unified(): boolean {
    return this.#layout.mode === "v2";
  }

  /** The living processes, those of cgroups below too; zombies are not among them. */
  async processes(): Promise<readonly number[]> {
    const lists = await Promise.all(
      (await subtree(this.#listing)).map((directory) => readCgroupFile(join(directory, "cgroup.procs"))),
    );
    return lists.flatMap((text) => (text ?? "").split("\n").filter(Boolean).map(Number));
  }

  /**
   * Sends `signal` to every process but `except`. Resolves with false if there was none.
   *
   * The processes are frozen meanwhile, so that none can fork away from it.
   */
  async signal(signal: number, except?: number): Promise<boolean> {
    if (!(await this.processes()).some((pid) => pid !== except)) {
      return false;
    }
    if (this.unified && signal === SIGKILL && except === undefined) {
      // since Linux 5.14
      if (await writeCgroupFile(join(this.#listing, "cgroup.kill"), "1")) {
        return true;
      }
    }
    if (this.#freezer === undefined && !this.unified) {
      return await this.#signalUnfrozen(signal, except);
    }
    try {
      await this.#freeze();
      return signalAll(await this.processes(), signal, except) > 0;
    } finally {
      await this.thaw();
    }
  }

  /** Lets frozen processes go on: a crash between freezing and thawing would leave them so. */
  async thaw(): Promise<void> {
    if (this.unified) {
      await writeCgroupFile(join(this.#listing, "cgroup.freeze"), "0");
    } else if (this.#freezer !== undefined) {
      await writeCgroupFile(join(this.#freezer, "freezer.state"), "THAWED");
    }
  }

  /**
   * Kills every process and waits until none is left; again and again, for what was forked meanwhile.
   *
   * Errors: RUNTIME_FAILED when processes are left after `timeoutMs` (in an uninterruptible sleep).
   */
  async killAll(timeoutMs: number): Promise<void> {
    const deadlineMs = this.#clock.monotonic() + timeoutMs;
    for (
      let pauseMs = CGROUP_POLL_MS;
      await this.signal(SIGKILL);
      pauseMs = Math.min(pauseMs * 2, MAX_CGROUP_POLL_MS)
    ) {
      if (this.#clock.monotonic() >= deadlineMs) {
        const pids = await this.processes();
        throw new FairleadError("RUNTIME_FAILED", `processes of cgroup ${this.path} did not end: ${pids.join(", ")}`, {
          data: { cgroup: this.path, pids },
        });
      }
      await sleep(this.#clock, pauseMs);
    }
  }

  /** Removes the cgroup from every hierarchy. Throws what could not be removed (EBUSY: processes are left). */
  async remove(timeoutMs: number): Promise<void> {
    const deadlineMs = this.#clock.monotonic() + timeoutMs;
    await Promise.all(this.#layout.mounts.map((mount) => this.#removeFrom(mount, deadlineMs)));
  }

  async #removeFrom(mount: string, deadlineMs: number): Promise<void> {
    for (const directory of (await subtree(join(mount, this.path))).toReversed()) {
      await this.#removeDirectory(directory, deadlineMs);
    }
  }

  async #removeDirectory(directory: string, deadlineMs: number): Promise<void> {
    for (let pauseMs = CGROUP_POLL_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_CGROUP_POLL_MS)) {
      try {
        return await rmdir(directory);
      } catch (error) {
        if (isMissing(error)) return;
        // the last process is still on its way out of the kernel
        if (errorCode(error) !== "EBUSY" || this.#clock.monotonic() >= deadlineMs) throw error;
      }
      await sleep(this.#clock, pauseMs);
    }
  }

  /** Gives up after a while: a process in an uninterruptible sleep cannot be frozen, but gets the signal all the same. */
  async #freeze(): Promise<void> {
    const deadlineMs = this.#clock.monotonic() + FREEZE_TIMEOUT_MS;
    const [file, value] = this.unified ? ["cgroup.freeze", "1"] : ["freezer.state", "FROZEN"];
    const directory = this.unified ? this.#listing : (this.#freezer as string);
    if (!(await writeCgroupFile(join(directory, file as string), value as string))) {
      return;
    }
    let pauseMs = CGROUP_POLL_MS;
    while (!(await this.#isFrozen(directory)) && this.#clock.monotonic() < deadlineMs) {
      await sleep(this.#clock, pauseMs);
      pauseMs = Math.min(pauseMs * 2, MAX_CGROUP_POLL_MS);
    }
  }

  async #isFrozen(directory: string): Promise<boolean> {
    if (this.unified) {
      return (await readFlatKeyed(join(directory, "cgroup.events"))).get("frozen") !== 0;
    }
    const state = await readCgroupFile(join(directory, "freezer.state"));
    return state === undefined || state.trim() === "FROZEN";
  }

  async #signalUnfrozen(signal: number, except: number | undefined): Promise<boolean> {
    const reached = new Set<number>();
    for (let round = 0; round < MAX_SIGNAL_ROUNDS; round++) {
      const fresh = (await this.processes()).filter((pid) => !reached.has(pid));
      if (signalAll(fresh, signal, except) === 0) break;
      for (const pid of fresh) reached.add(pid);
    }
    return [...reached].some((pid) => pid !== except);
  }
}

/** Removes the cgroup that holds those of all containers, where it is empty. */
export async function removeCgroupRoot(layout: CgroupLayout, root: string): Promise<void> {
  for (const mount of layout.mounts) {
    // not empty: another agent of this machine uses the same root
    await rmdir(join(mount, root)).catch(() => {});
  }
}

/** How many processes were there to get the signal. */
function signalAll(pids: readonly number[], signal: number, except: number | undefined): number {
  let count = 0;
  for (const pid of pids) {
    if (pid === except) continue;
    count++;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return count;
}

/** The directory and all below it, parents first; empty if there is none. */
async function subtree(directory: string): Promise<readonly string[]> {
  try {
    const children = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const below = await Promise.all(children.map((child) => subtree(join(directory, child.name))));
    return [directory, ...below.flat()];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
