import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, opendir, realpath, rename, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FairleadError } from "../errors.ts";
import { errorCode } from "./error-code.ts";
import { ATTEMPTS_TO_EMPTY, MAX_KEPT_ERRORS, MAX_OPEN_LEVELS } from "./limits.ts";
import { isWithin, mountIdOf, readMountTable } from "./mount-table.ts";

/** A symbolic link is not followed, nothing but a directory is opened. */
const DIRECTORY_ONLY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Removes a file, or a directory with everything in it; nothing there is fine.
 *
 * Never leaves the mount on which `path` lies: a mount point at or below it, also a bind mount of the same file system, is CROSSES_MOUNT. One
 * that is in the mount table refuses the removal before anything is gone, one that appears meanwhile stops it. Never follows symbolic links,
 * and goes from directory to directory by open descriptors, so that nobody who may write into the tree can lead it elsewhere by exchanging a
 * directory for a link at the right moment.
 *
 * Other failures do not stop it: an AggregateError tells them at the end.
 */
export async function removeTree(path: string, readMounts: typeof readMountTable = readMountTable): Promise<void> {
  const absolute = resolve(path);
  const parentPath = await ifExists(realpath(dirname(absolute)));
  if (parentPath === undefined) return;
  const target = join(parentPath, basename(absolute));
  const stats = await ifExists(lstat(target));
  if (stats === undefined) return;
  const mount = (await readMounts()).find((entry) => isWithin(entry.target, target));
  if (mount !== undefined) throw crossesMount(target, mount.target);

  const parent = await open(parentPath, DIRECTORY_ONLY);
  try {
    const removal = new Removal(target, mountIdOf(parent));
    await removal.run(parent, Buffer.from(basename(target)));
  } finally {
    await parent.close();
  }
}

class Removal {
  readonly #path: string;
  readonly #mountId: number;
  readonly #errors: unknown[] = [];
  #errorCount = 0;
  /** The uppermost directory, and those below it that lay too deep for one descriptor for each level and were moved up. */
  #top: FileHandle | undefined;
  readonly #lifted: Buffer[] = [];

  constructor(path: string, mountId: number) {
    this.#path = path;
    this.#mountId = mountId;
  }

  async run(parent: FileHandle, name: Buffer): Promise<void> {
    await this.#remove(parent, name, true, 0);
    if (this.#errorCount > 0) {
      const more = this.#errorCount > 1 ? ` (and ${this.#errorCount - 1} more)` : "";
      const [first] = this.#errors;
      throw new AggregateError(this.#errors, `cannot remove ${this.#path}: ${String(first)}${more}`);
    }
  }

  async #remove(parent: FileHandle, name: Buffer, isDirectory: boolean, level: number): Promise<void> {
    const path = within(parent, name);
    try {
      if (!isDirectory) return await unlink(path);
      const directory = await open(path, DIRECTORY_ONLY);
      try {
        if (mountIdOf(directory) !== this.#mountId) throw crossesMount(this.#path, name);
        if (level > MAX_OPEN_LEVELS && this.#top !== undefined) return await this.#lift(path, this.#top);
        await this.#removeDirectory(path, directory, level);
      } finally {
        await directory.close();
      }
    } catch (error) {
      switch (errorCode(error)) {
        case "ENOENT":
          return;
        case "EBUSY":
          throw crossesMount(this.#path, name);
        case "ENOTDIR":
        case "ELOOP":
          // it became something else, or was no directory from the start
          if (isDirectory) return await this.#remove(parent, name, false, level);
          break;
        case "EISDIR":
          if (!isDirectory) return await this.#remove(parent, name, true, level);
      }
      if (FairleadError.is(error)) throw error;
      this.#errorCount++;
      if (this.#errors.length < MAX_KEPT_ERRORS) this.#errors.push(error);
    }
  }

  async #removeDirectory(path: Buffer, directory: FileHandle, level: number): Promise<void> {
    if (level === 0) this.#top = directory;
    for (let attempt = 1; ; attempt++) {
      const failuresBefore = this.#errorCount;
      await this.#empty(directory, level);
      // told already: the directory stays because of what is in it
      if (this.#errorCount > failuresBefore) return;
      try {
        return await rmdir(path);
      } catch (error) {
        // a file system may skip entries of a directory that changes while it is read, and somebody may still write into it
        if (errorCode(error) !== "ENOTEMPTY" || attempt === ATTEMPTS_TO_EMPTY) throw error;
      }
    }
  }

  async #empty(directory: FileHandle, level: number): Promise<void> {
    // buffers: a name may be any bytes. opendir tells its type wrong: with this encoding names are buffers
    const entries = await opendir(within(directory), { encoding: "buffer" as BufferEncoding, bufferSize: 256 });
    for await (const entry of entries) {
      await this.#remove(directory, entry.name as unknown as Buffer, entry.isDirectory(), level + 1);
    }
    while (level === 0 && this.#lifted.length > 0) {
      await this.#remove(directory, this.#lifted.pop()!, true, 1);
    }
  }

  async #lift(path: Buffer, top: FileHandle): Promise<void> {
    const name = Buffer.from(`.removing-${randomUUID()}`);
    await rename(path, within(top, name));
    this.#lifted.push(name);
  }
}

/** The path of an open directory, or of a name in it, whatever happens to the names on the way to it. */
function within(directory: FileHandle, name?: Buffer): Buffer {
  const base = Buffer.from(`/proc/self/fd/${directory.fd}/`);
  return name === undefined ? base : Buffer.concat([base, name]);
}

function crossesMount(path: string, mountPoint: string | Buffer): FairleadError {
  const name = mountPoint.toString();
  return new FairleadError("CROSSES_MOUNT", `cannot remove ${path}: something is mounted at ${name}`, {
    data: { path, mountPoint: name },
  });
}

async function ifExists<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
