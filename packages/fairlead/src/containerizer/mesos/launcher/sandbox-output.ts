import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { errorText, FairleadError } from "../../../base/errors.ts";
import type { ProcessUser } from "./bundle.ts";

/** The files that a container's output is appended to. */
export interface SandboxOutput {
  readonly stdout: FileHandle;
  readonly stderr: FileHandle;
  close(): Promise<void>;
}

/**
 * Opens `stdout` and `stderr` of a sandbox for appending, and gives them to the user.
 *
 * The sandbox belongs to a user who is not trusted: what stands in the place of such a file is neither followed nor taken over unless it is a
 * plain file without a second name. Errors: SANDBOX_FAILED.
 */
export async function openSandboxOutput(directory: string, user: ProcessUser): Promise<SandboxOutput> {
  const stdout = await openOutput(join(directory, "stdout"), user);
  try {
    const stderr = await openOutput(join(directory, "stderr"), user);
    return { stdout, stderr, close: async () => void (await Promise.all([stdout.close(), stderr.close()])) };
  } catch (error) {
    await stdout.close();
    throw error;
  }
}

async function openOutput(path: string, user: ProcessUser): Promise<FileHandle> {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  let file: FileHandle | undefined;
  try {
    // O_NONBLOCK: a FIFO in its place would otherwise wait for a reader
    file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
    const stat = await file.stat();
    if (!stat.isFile() || stat.nlink !== 1) {
      throw new Error(stat.isFile() ? "it has another name elsewhere" : "it is not a plain file");
    }
    await file.chown(user.uid, user.gid);
    return file;
  } catch (cause) {
    await file?.close();
    throw new FairleadError("SANDBOX_FAILED", `cannot use ${path} for output: ${errorText(cause)}`, {
      data: { path },
      cause,
    });
  }
}
