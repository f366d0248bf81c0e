import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { dirname } from "node:path";

/** What a machine has, as far as resources are found by looking. */
export interface Machine {
  readonly cpus: number;
  readonly memBytes: number;
  /** Size of the file system that holds the work directory. */
  readonly diskBytes: number;
}

/** Looks at this machine; `workDir` need not exist yet. */
export async function readMachine(workDir: string): Promise<Machine> {
  return {
    // /proc may hide the processors; the scheduler's affinity is what is left then
    cpus: cpus().length || availableParallelism(),
    memBytes: totalmem(),
    diskBytes: await fileSystemBytes(workDir),
  };
}

async function fileSystemBytes(path: string): Promise<number> {
  try {
    const { blocks, bsize } = await statfs(path);
    return blocks * bsize;
  } catch (error) {
    const parent = dirname(path);
    if (parent === path || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return fileSystemBytes(parent);
  }
}
