import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { errorText, FairleadError } from "../../../../../base/errors.ts";
import { ensureDirectory } from "../../../../../base/files/ensure-directory.ts";
import { isWithin, type MountEntry, mountIdOf, readMountTable } from "../../../../../base/files/mount-table.ts";
import type { Logger } from "../../../../../base/log.ts";
import { expectSuccess } from "../../../../../base/run-command.ts";

/** What is missing until the directory is a shared mount in a peer group of its own. */
export interface RootMountPlan {
  readonly bind: boolean;
  readonly share: boolean;
}

/**
 * Whether `rootDir`, which lies on the mount `around`, has to be bound onto itself and shared anew.
 *
 * Shared, so that mounts and unmounts of pins reach the mount namespaces that copied them. In a peer group of its own, because in that of the mount
 * around it every pin would be mounted a second time there. A crash between the steps leaves what the next call finishes.
 * Source: Mesos's `NetworkCniIsolatorProcess::create`.
 */
export function planRootMount(rootDir: string, around: MountEntry, table: readonly MountEntry[]): RootMountPlan {
  const isAlone =
    around.peerGroup !== undefined &&
    !table.some(({ id, peerGroup, target }) => {
      return id !== around.id && peerGroup === around.peerGroup && isWithin(rootDir, target);
    });
  if (isAlone) return { bind: false, share: false };
  return { bind: around.target !== rootDir, share: true };
}

/**
 * Whether the mount `on` the directory is the directory itself, and not a file system that an operator has mounted there; `around` is the mount
 * that the directory above it lies on.
 */
export function isBoundOntoItself(rootDir: string, on: MountEntry, around: MountEntry): boolean {
  return (
    on.target === rootDir &&
    on.device === around.device &&
    on.root === join(around.root, relative(around.target, rootDir))
  );
}

/** Makes the directory and its mount where they are missing, and gives its real path. Errors: NAMESPACE_FAILED. */
export async function ensureRootMount(directory: string, log: Logger): Promise<string> {
  try {
    await ensureDirectory(directory, 0o755);
    const rootDir = await realpath(directory);
    const table = await readMountTable();
    const plan = planRootMount(rootDir, await mountOf(rootDir, table), table);
    if (plan.bind) await expectSuccess(["mount", "--bind", rootDir, rootDir]);
    if (plan.share) {
      await expectSuccess(["mount", "--make-private", rootDir]);
      await expectSuccess(["mount", "--make-shared", rootDir]);
      log.info({ path: rootDir }, "Made the directory of network/cni a shared mount");
    }
    return rootDir;
  } catch (cause) {
    const message = `Failed to make ${directory} a shared mount: ${errorText(cause)}`;
    throw new FairleadError("NAMESPACE_FAILED", message, { data: { path: directory }, cause });
  }
}

/** Takes the bind of {@link ensureRootMount} away; leaves anything else that is mounted there. Errors: EXEC_*. */
export async function removeRootMount(rootDir: string): Promise<void> {
  const table = await readMountTable();
  const [on, around] = [await mountOf(rootDir, table), await mountOf(dirname(rootDir), table)];
  if (isBoundOntoItself(rootDir, on, around)) await expectSuccess(["umount", "--no-canonicalize", rootDir]);
}

/** The mount that a directory lies on. The table alone does not tell: it lists mounts that others hide, too. */
async function mountOf(directory: string, table: readonly MountEntry[]): Promise<MountEntry> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const id = mountIdOf(handle);
    const entry = table.find((candidate) => candidate.id === id);
    if (entry === undefined) throw new Error(`mount ${id} of ${directory} is not in the mount table`);
    return entry;
  } finally {
    await handle.close();
  }
}
