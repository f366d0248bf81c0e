import { spawnSync } from "node:child_process";

/** A run that waits longer for others has failed. */
const RUN_TIMEOUT_MS = 10_000;

export interface ProgramResult {
  /** Null when a signal ended it, or when it could not be started. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, in the calling thread's network namespace; undefined when there is none of this name. */
export type RunProgram = (file: string, args: readonly string[], input?: string) => ProgramResult | undefined;

export const runProgram: RunProgram = (file, args, input = "") => {
  const { error, status, stdout, stderr } = spawnSync(file, args, {
    input,
    encoding: "utf8",
    timeout: RUN_TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  if (error === undefined) return { status, stdout, stderr };
  if ("code" in error && error.code === "ENOENT") return undefined;
  return { status: null, stdout: "", stderr: error.message };
};
