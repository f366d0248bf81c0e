import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { tryLockFile } from "@fairlead/netlink";
import { errorCode } from "../../base/files/error-code.ts";
import { PluginErrorCode, pluginError } from "../plugin/plugin-error.ts";
import { LOCK_PAUSES_MS } from "./limits.ts";

/**
 * Calls a function while holding the lock of a network's leases, which every process that changes them takes, the reference plugin, too.
 *
 * The directory is made where it is missing, and the lock's file. Blocks: waits for other processes, a bounded time. Errors: code 11 when that is
 * over, which is after the last of the pauses; Node's own for files.
 */
export function withLeaseLock<T>(directory: string, call: () => T, pausesMs: readonly number[] = LOCK_PAUSES_MS): T {
  const fd = openLock(directory);
  try {
    takeLock(fd, directory, pausesMs);
    return call();
  } finally {
    // the lock goes with it
    closeSync(fd);
  }
}

function openLock(directory: string): number {
  const path = join(directory, "lock");
  const open = () => openSync(path, "a", 0o750);
  try {
    return open();
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    return open();
  }
}

function takeLock(fd: number, directory: string, pausesMs: readonly number[]): void {
  for (const pauseMs of pausesMs) {
    if (tryLockFile(fd)) return;
    sleep(pauseMs);
  }
  if (tryLockFile(fd)) return;
  throw pluginError(PluginErrorCode.tryAgainLater, `another process keeps the lock of the leases in ${directory}`);
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
