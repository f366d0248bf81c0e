import { mkdir, readFile, realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { errorText, FairleadError } from "../../../../../base/errors.ts";
import type { Logger } from "../../../../../base/log.ts";
import { isWithin, type MountEntry, parseMountTable } from "./mount-table.ts";
import { runHelper } from "./run-helper.ts";

/** What is missing until the directory is a shared mount in a peer group of its own. */
export interface RootMountPlan {
  readonly bind: boolean;
  readonly share: boolean;
}

/**
 * Whether `rootDir` (a real path) has to be bound onto itself and shared anew, given the mounts of this mount namespace.
 *
 * Shared, so that mounts and unmounts of pins reach the mount namespaces that copied them. In a peer group of its own, because in that of the mount
 * around it every pin would be mounted a second time there. A crash between the steps leaves what the next call finishes.
 * Source: Mesos's `NetworkCniIsolatorProcess::create`.
 */
export function planRootMount(rootDir: string, table: readonly MountEntry[]): RootMountPlan {
  const around = mountAround(rootDir, table);
  const isAlone =
    around?.peerGroup !== undefined &&
    !table.some((entry) => entry !== around && entry.peerGroup === around.peerGroup && isWithin(rootDir, entry.target));
  if (isAlone) return { bind: false, share: false };
  return { bind: around?.target !== rootDir, share: true };
}

/** Whether what is mounted on `rootDir` is the directory itself: the bind of {@link ensureRootMount}, and not an operator's file system. */
export function isBoundOntoItself(rootDir: string, table: readonly MountEntry[]): boolean {
  const mount = table.findLast((entry) => entry.target === rootDir);
  if (mount === undefined) return false;
  const below = mountAround(
    rootDir,
    table.filter((entry) => entry.target !== rootDir),
  );
  return (
    below !== undefined &&
    below.device === mount.device &&
    mount.root === join(below.root, relative(below.target, rootDir))
  );
}

/** Makes the directory and its mount where they are missing, and gives its real path. Errors: NAMESPACE_FAILED. */
export async function ensureRootMount(directory: string, log: Logger): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const rootDir = await realpath(directory);
    const plan = planRootMount(rootDir, await readMountTable());
    if (plan.bind) await runHelper(["mount", "--bind", rootDir, rootDir]);
    if (plan.share) {
      await runHelper(["mount", "--make-private", rootDir]);
      await runHelper(["mount", "--make-shared", rootDir]);
      log.info({ path: rootDir }, "Made the directory of network/cni a shared mount");
    }
    return rootDir;
  } catch (cause) {
    const message = `Failed to make ${directory} a shared mount: ${errorText(cause)}`;
    throw new FairleadError("NAMESPACE_FAILED", message, { data: { path: directory }, cause });
  }
}

/** Takes the bind of {@link ensureRootMount} away; leaves anything else that is mounted there. */
export async function removeRootMount(rootDir: string): Promise<void> {
  if (isBoundOntoItself(rootDir, await readMountTable())) await runHelper(["umount", "--no-canonicalize", rootDir]);
}

async function readMountTable(): Promise<MountEntry[]> {
  return parseMountTable(await readFile("/proc/self/mountinfo", "utf8"));
}

/** The mount that a path lies on: of those around it the innermost, and of several on one directory the last. */
function mountAround(path: string, table: readonly MountEntry[]): MountEntry | undefined {
  let innermost: MountEntry | undefined;
  for (const entry of table) {
    if (!isWithin(path, entry.target)) continue;
    if (innermost === undefined || entry.target.length >= innermost.target.length) innermost = entry;
  }
  return innermost;
}
