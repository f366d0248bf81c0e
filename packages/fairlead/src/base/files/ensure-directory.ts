import { chmod, mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Makes a directory and its parents where they are missing. All that are made have `mode`, whatever the umask; what was there keeps its own.
 *
 * Idempotent, and fine with others who make the same directory. A symbolic link to a directory is one. Errors: those of node:fs (EEXIST or
 * ENOTDIR where a file is in the way).
 */
export async function ensureDirectory(path: string, mode: number): Promise<void> {
  const absolute = resolve(path);
  const first = await mkdir(absolute, { recursive: true, mode });
  if (first === undefined) return;
  for (let made = absolute; made.length >= first.length; made = dirname(made)) await chmod(made, mode);
}
