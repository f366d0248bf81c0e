import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { CniError } from "../errors.ts";
import { MAX_CONFIG_BYTES } from "../limits.ts";

const NETWORK_EXTENSIONS = new Set([".conf", ".json", ".conflist", ""]);

/**
 * Whether a file of this name in a configuration directory is meant to define a network.
 *
 * `.conf`, `.json`, `.conflist`, and names without extension, which operators of Mesos use; not hidden files and not
 * what editors leave behind (`.swp`, `.bak`, `~`).
 */
export function isNetworkFileName(name: string): boolean {
  return !name.startsWith(".") && !name.endsWith("~") && NETWORK_EXTENSIONS.has(extname(name));
}

/**
 * The paths in a directory whose name passes `accept`, sorted by name; directories are left out.
 *
 * Throws `CNI_CONFIG_UNREADABLE`.
 */
export async function listConfigFiles(directory: string, accept: (name: string) => boolean): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && accept(entry.name))
      .map((entry) => join(directory, entry.name))
      .toSorted();
  } catch (cause) {
    throw unreadable(directory, cause);
  }
}

/** Reads a configuration file of at most {@link MAX_CONFIG_BYTES}; throws `CNI_CONFIG_UNREADABLE`. */
export async function readConfigFile(path: string): Promise<Buffer> {
  try {
    // O_NONBLOCK: opening a FIFO that lies in the directory must not wait for a writer
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile()) {
      throw new Error("not a regular file");
    }
    if (stat.size > MAX_CONFIG_BYTES) {
      throw new Error(`larger than ${MAX_CONFIG_BYTES} bytes`);
    }
    return await file.readFile();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Whether an error of {@link listConfigFiles} says that there is no such directory. */
export function isNoDirectory(error: unknown): boolean {
  const cause = error instanceof CniError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
}

function unreadable(path: string, cause: unknown): CniError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CniError("CNI_CONFIG_UNREADABLE", `cannot read CNI configuration ${path}: ${reason}`, { path, cause });
}
