import { readFile } from "node:fs/promises";
import { type Clock, sleep } from "../../../base/clock.ts";
import { isMissing } from "../missing.ts";

/** Pause between two looks at a process that is about to end. */
const END_POLL_MS = 5;

/** A process beyond doubt: numbers are used again, but never with the same start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In ticks since boot; a string, as the kernel's number is compared and never computed with. */
  readonly startTime: string;
}

/** What `/proc/<pid>/stat` says of a process. */
export interface ProcessState extends ProcessIdentity {
  /** Ended, and not yet reaped by its parent. */
  readonly zombie: boolean;
  /** The raw wait status, told to root of a zombie. */
  readonly exitCode: number;
}

/** The process that has this number now; undefined if there is none. */
export async function readProcess(pid: number): Promise<ProcessState | undefined> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, "latin1"));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The state of this very process; undefined if it has ended and was reaped. */
export async function findProcess(identity: ProcessIdentity): Promise<ProcessState | undefined> {
  const state = await readProcess(identity.pid);
  return state?.startTime === identity.startTime ? state : undefined;
}

/** Waits until a process that is about to end has ended; kills it with SIGKILL when it takes longer than `timeoutMs`. */
export async function endProcess(identity: ProcessIdentity, clock: Clock, timeoutMs: number): Promise<void> {
  const deadlineMs = clock.monotonic() + timeoutMs;
  while (clock.monotonic() < deadlineMs) {
    const state = await findProcess(identity);
    if (state === undefined || state.zombie) return;
    await sleep(clock, END_POLL_MS);
  }
  try {
    process.kill(identity.pid, "SIGKILL");
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Source: proc_pid_stat(5). The name of the program, in parentheses, may contain anything. */
export function parseStat(text: string): ProcessState {
  const pid = Number.parseInt(text, 10);
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .trimEnd()
    .split(" ");
  // fields[0] is the third of the manual page: 3 state, 22 start time, 52 exit code
  const state = fields[0];
  return {
    pid,
    startTime: fields[19] ?? "",
    zombie: state === "Z" || state === "X",
    exitCode: Number(fields[49] ?? 0),
  };
}
