import { createHash } from "node:crypto";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gone with the next boot, as what lies in a runtime directory has to be. */
const RUNTIME_ROOT = "/run/fairlead";

export interface LocalDirectories {
  readonly workDir: string;
  readonly runtimeDir: string;
  /** Made for this run alone, to be removed at its end. */
  readonly temporary: readonly string[];
}

/** The directories of a `local`: those that are given, else a temporary one, and a runtime directory that the same work_dir finds again. */
export async function localDirectories(given: {
  readonly work_dir?: string | undefined;
  readonly runtime_dir?: string | undefined;
}): Promise<LocalDirectories> {
  let workDir = given.work_dir;
  const temporary: string[] = [];
  if (workDir === undefined) {
    workDir = await mkdtemp(join(tmpdir(), "fairlead-"));
    // Tasks of every user have their sandboxes below it.
    await chmod(workDir, 0o755);
    temporary.push(workDir);
  }
  let runtimeDir = given.runtime_dir;
  if (runtimeDir === undefined) {
    runtimeDir = join(RUNTIME_ROOT, createHash("sha256").update(workDir).digest("hex").slice(0, 12));
    if (given.work_dir === undefined) temporary.push(runtimeDir);
  }
  return { workDir, runtimeDir, temporary };
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
