import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { errorText, FairleadError } from "./errors.ts";

/** Empty for ever: only the kernel's lock on it matters. */
const LOCK_FILE = ".lock";

/** Source: https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;

export interface DirectoryLock {
  /** Lets others have the directory; idempotent. The end of the process does it too, whatever ends it. */
  release(): void;
}

/**
 * Takes the exclusive lock on `directory`, which exists. It holds against other processes and against this one.
 *
 * The lock is that of an SQLite transaction on an empty file: a record lock of the kernel, the one thing that Node.js offers which no crash
 * leaves behind and no restart takes for alive. Errors: DIRECTORY_IN_USE (names the holder's process id where the kernel tells it),
 * STORE_FAILED (the lock file cannot be made or locked).
 *
 * Source: https://www.sqlite.org/lockingv3.html
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, LOCK_FILE);
  let database: DatabaseSync | undefined;
  try {
    ensureFile(path);
    database = new DatabaseSync(path);
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    if (!isBusy(cause)) {
      throw new FairleadError("STORE_FAILED", `cannot lock ${directory}: ${errorText(cause)}`, {
        data: { directory },
        cause,
      });
    }
    const pid = holderOf(path);
    const holder = pid === undefined ? "another process" : `process ${pid}`;
    throw new FairleadError("DIRECTORY_IN_USE", `${directory} is in use by ${holder}`, {
      data: { directory, pid },
      cause,
    });
  }
  const held = database;
  return {
    release() {
      if (held.isOpen) held.close();
    },
  };
}

/**
 * Makes the file if it is not there: for root alone, because whoever can read it could lock it, too, and keep us from starting. One that is
 * there is not opened: closing it again would drop the lock that this process may already hold on it (fcntl(2), record locks).
 */
function ensureFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && Number(error.errcode) % 256 === SQLITE_BUSY;
}

/** The process that holds a lock on a file: undefined if it is gone by now, or of another pid namespace. */
function holderOf(path: string): number | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return findHolder(readFileSync("/proc/locks", "utf8"), dev, ino);
  } catch {
    return undefined;
  }
}

/** Reads /proc/locks: `1: POSIX  ADVISORY  WRITE 1234 08:01:5678 1073741825 1073741825`. Source: proc_locks(5). */
export function findHolder(locks: string, device: bigint, inode: bigint): number | undefined {
  const [major, minor] = [(device >> 8n) & 0xfffn, (device & 0xffn) | ((device >> 12n) & 0xfff00n)];
  const file = `${hex(major)}:${hex(minor)}:${inode}`;
  for (const line of locks.split("\n")) {
    const [, kind, , access, pid, lockedFile] = line.split(/\s+/);
    if (kind === "POSIX" && access === "WRITE" && lockedFile === file && Number(pid) > 0) return Number(pid);
  }
  return undefined;
}

function hex(number: bigint): string {
  return number.toString(16).padStart(2, "0");
}
