import { createHash } from "node:crypto";
import { chmod, mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorCode } from "../../base/files/error-code.ts";
import { removeTree } from "../../base/files/remove-tree.ts";
import type { Logger } from "../../base/log.ts";
import { containersDirectory } from "../../containerizer/mesos/paths.ts";

/** Gone with the next boot, as what lies in a runtime directory has to be. */
const RUNTIME_ROOT = "/run/fairlead";

/** The directories of a `local`. */
export interface LocalDirectories {
  readonly workDir: string;
  readonly runtimeDir: string;
  /** Chosen here, not by the operator: to be removed at the end. */
  readonly ours: readonly string[];
}

/** Those that are given; else a temporary one, and a runtime directory that another run with the same work_dir finds again. */
export async function localDirectories(given: {
  readonly work_dir?: string | undefined;
  readonly runtime_dir?: string | undefined;
}): Promise<LocalDirectories> {
  const workDir = given.work_dir ?? (await makeTemporary());
  const runtimeDir = given.runtime_dir ?? join(RUNTIME_ROOT, digest(workDir));
  const ours = [
    ...(given.runtime_dir === undefined ? [runtimeDir] : []),
    ...(given.work_dir === undefined ? [workDir] : []),
  ];
  return { workDir, runtimeDir, ours };
}

async function makeTemporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-"));
  // Tasks of every user have their sandboxes below it.
  await chmod(directory, 0o755);
  return directory;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** The directories of one of the agents: the first has those of the whole `local`, where its operator looks for them. */
export function agentDirectories({ workDir, runtimeDir }: LocalDirectories, index: number) {
  const name = `agent-${index + 1}`;
  return index === 0
    ? { work_dir: workDir, runtime_dir: runtimeDir }
    : { work_dir: join(workDir, name), runtime_dir: join(runtimeDir, name) };
}

export function masterDirectory({ workDir }: LocalDirectories): string {
  return join(workDir, "master");
}

/** Removes the directories that are ours, unless containers are left that only they tell of. Never throws. */
export async function removeOurs(directories: LocalDirectories, agents: number, log: Logger): Promise<void> {
  try {
    const runtimeDirs = Array.from({ length: agents }, (_, index) => agentDirectories(directories, index).runtime_dir);
    const left = (await Promise.all(runtimeDirs.map((dir) => entriesOf(containersDirectory(dir))))).flat();
    if (left.length > 0) {
      log.warn({ containers: left }, "Left the directories, because containers could not be taken down");
      return;
    }
    for (const directory of directories.ours) await removeTree(directory);
  } catch (err) {
    log.warn({ err, directories: directories.ours }, "Left what of the directories could not be removed");
  }
  // Not empty: another `local` has its directory there.
  await rmdir(RUNTIME_ROOT).catch(() => {});
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
