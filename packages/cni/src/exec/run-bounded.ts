import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** A program to run to its end, within bounds. */
export interface BoundedRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | Uint8Array;
  /** `/` if not given: a program must not hold a directory that somebody wants to unmount. */
  readonly cwd?: string | undefined;
  readonly timeoutMs: number;
  /** For each of stdout and stderr. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a run ended; all but `exit` and `signal` mean that its process group was killed. */
export interface RunEnd {
  readonly how: "exit" | "signal" | "timeout" | "overflow" | "aborted";
  readonly exitCode: number | null;
  readonly signalName: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/**
 * Runs a program in a process group of its own, and waits until it is gone and its output is read.
 *
 * At the deadline, on too much output, or when the signal is aborted, the whole group gets SIGKILL: plugins start
 * helpers, and one that hangs does not deserve a polite signal. Rejects only when the program cannot be started.
 */
export function runBounded(run: BoundedRun): Promise<RunEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(run.file, [...run.args], { cwd: run.cwd ?? "/", env: run.env, detached: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let killedFor: "timeout" | "overflow" | "aborted" | undefined;

    const kill = (why: "timeout" | "overflow" | "aborted") => {
      if (killedFor !== undefined || child.pid === undefined) {
        return;
      }
      killedFor = why;
      killGroup(child.pid, child.exitCode !== null || child.signalCode !== null);
      // a process that left the group could hold the pipes open for ever
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const collect = (chunks: Buffer[]) => {
      let sizeBytes = 0;
      return (chunk: Buffer) => {
        const room = run.maxOutputBytes - sizeBytes;
        chunks.push(chunk.subarray(0, room));
        sizeBytes += chunk.length;
        if (chunk.length > room) {
          kill("overflow");
        }
      };
    };
    const onAbort = () => kill("aborted");
    const timer = setTimeout(() => kill("timeout"), run.timeoutMs);
    const release = () => {
      clearTimeout(timer);
      run.signal?.removeEventListener("abort", onAbort);
    };

    child.stdout.on("data", collect(stdout));
    child.stderr.on("data", collect(stderr));
    // EPIPE: a plugin may end without reading its configuration; its exit status tells what that means
    child.stdin.on("error", () => {});
    child.on("error", (error) => {
      release();
      reject(error);
    });
    child.on("close", (exitCode, signalName) => {
      release();
      resolve({
        how: killedFor ?? (signalName === null ? "exit" : "signal"),
        exitCode,
        signalName,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr),
      });
    });
    run.signal?.addEventListener("abort", onAbort);
    if (run.signal?.aborted) {
      onAbort();
    }
    child.stdin.end(run.stdin);
  });
}

function killGroup(pid: number, leaderIsGone: boolean): void {
  // Once the leader is reaped, its number may be given to a stranger, but not while it still names a living group.
  // So a process of that number is a stranger, and without one the group is ours or gone.
  if (leaderIsGone && existsSync(`/proc/${pid}`)) {
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // ESRCH: it is gone already
  }
}
