import { readdir, readFile } from "node:fs/promises";
import { type Clock, sleep } from "../../../../../base/clock.ts";
import { FairleadError } from "../../../../../base/errors.ts";
import { STRAY_PLUGIN_POLL_MS, STRAY_PLUGIN_TIMEOUT_MS } from "./limits.ts";

/**
 * Kills the plugins that an earlier run started and did not live to see the end of, and waits until they are gone; gives how many there were.
 *
 * An ADD that is still running would take its address after the DEL of the recovery had freed it. They are known by their environment, which
 * helpers of the plugins inherit: `CNI_NETNS` lies in our directory. Errors: NETWORK_FAILED when one does not end.
 */
export async function endStrayPlugins(rootDir: string, clock: Clock): Promise<number> {
  const deadlineMs = clock.monotonic() + STRAY_PLUGIN_TIMEOUT_MS;
  const ended = new Set<number>();
  for (;;) {
    const strays = await findPlugins(rootDir);
    if (strays.length === 0) return ended.size;
    if (clock.monotonic() > deadlineMs) {
      throw new FairleadError("NETWORK_FAILED", `CNI plugins of an earlier run do not end: ${strays.join(", ")}`, {
        data: { pids: strays },
      });
    }
    for (const pid of strays) {
      ended.add(pid);
      kill(pid);
    }
    await sleep(clock, STRAY_PLUGIN_POLL_MS);
  }
}

async function findPlugins(rootDir: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await isPlugin(pid, rootDir)) ? [pid] : [])));
  return found.flat();
}

async function isPlugin(pid: number, rootDir: string): Promise<boolean> {
  try {
    const environ = await readFile(`/proc/${pid}/environ`, "latin1");
    return environ.split("\0").some((variable) => variable.startsWith(`CNI_NETNS=${rootDir}/`));
  } catch {
    // it has ended, or is none that we could have started
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // ESRCH: it is gone already
  }
}
