import { readFile } from "node:fs/promises";
import { errorCode } from "./error-code.ts";

/** The content of a file, or undefined if there is none. Errors: those of node:fs but ENOENT and ENOTDIR. */
export async function readFileIfExists(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
