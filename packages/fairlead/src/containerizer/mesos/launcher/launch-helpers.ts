import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isMissing } from "../missing.ts";
import type { ContainerPaths } from "../paths.ts";

/** The programs that take part in creating a container before, and beside, its first process. */
const HELPERS = new Set(["unshare", "sh", "umount", "mount", "conmon", "crun", "runc"]);

/**
 * The helper processes that are at work on these containers, whoever started them.
 *
 * A crash may leave them running, and their number was not stored yet. Their mark is that one of their arguments is exactly the bundle of the
 * container or its root directory; nothing but a launch has those.
 */
export async function findLaunchHelpers(containers: readonly ContainerPaths[]): Promise<readonly number[]> {
  const marks = new Set(containers.flatMap(({ bundle, rootfs }) => [bundle, rootfs]));
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map(readCommandLine));
  return pids.filter((_, index) => isLaunchHelper(lines[index] ?? [], marks)).map(Number);
}

/** Kills what {@link findLaunchHelpers} finds. Resolves with how many there were. */
export async function killLaunchHelpers(containers: readonly ContainerPaths[]): Promise<number> {
  const pids = await findLaunchHelpers(containers);
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return pids.length;
}

export function isLaunchHelper(argv: readonly string[], marks: ReadonlySet<string>): boolean {
  return HELPERS.has(basename(argv[0] ?? "")) && argv.some((argument) => marks.has(argument));
}

async function readCommandLine(pid: string): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
