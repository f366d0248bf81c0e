import type { Stats } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isWithin } from "../../../base/files/mount-table.ts";

/** Names a file without opening it for anything: no FIFO waits, no device acts. Linux's O_PATH, which Node does not name. */
const O_PATH = 0o10000000;

/** Why a path is not served: an HTTP status, and the text that replaces its default body. */
export interface FileProblem {
  readonly status: 400 | 404;
  readonly message?: string;
}

export function isProblem(value: object): value is FileProblem {
  return "status" in value;
}

/** A file that lies in a sandbox, whatever becomes of its name. */
export interface InsideFile {
  readonly stats: Stats;
  /** A path of this very file, good as long as the callback runs. */
  readonly path: string;
}

/**
 * Runs `use` on what lies at `rest` below the directory `root`, links followed, unless that leads out of it.
 *
 * A sandbox belongs to its task, which may put links anywhere at any time, and the agent may read everything: so the file is taken hold of
 * first, then looked where it lies, and only read through that hold.
 */
export async function useInside<T>(
  root: string,
  rest: string,
  use: (file: InsideFile) => Promise<T>,
): Promise<T | FileProblem> {
  let hold: FileHandle;
  let realRoot: string;
  try {
    realRoot = await realpath(root);
    hold = await open(rest === "" ? realRoot : `${realRoot}/${rest}`, O_PATH);
  } catch (error) {
    return problemOf(error, join(root, rest));
  }
  try {
    const path = `/proc/self/fd/${hold.fd}`;
    if (!isWithin(await readlink(path), realRoot)) {
      return { status: 400, message: `'${root}/${rest}' is inaccessible.\n` };
    }
    return await use({ stats: await hold.stat(), path });
  } finally {
    await hold.close();
  }
}

function problemOf(error: unknown, path: string): FileProblem {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
    // a NUL in a name, or a name that is longer than any
    case "ERR_INVALID_ARG_VALUE":
    case "ENAMETOOLONG":
      return { status: 404 };
    case "ELOOP":
    case "EACCES":
      return { status: 400, message: `Failed to determine canonical path of '${path}': ${code}.\n` };
    default:
      throw error;
  }
}
