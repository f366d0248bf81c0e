/** The words of glibc's `strsignal`, which clients see in status messages; by signal number on Linux. */
const SIGNAL_NAMES = [
  "Hangup",
  "Interrupt",
  "Quit",
  "Illegal instruction",
  "Trace/breakpoint trap",
  "Aborted",
  "Bus error",
  "Floating point exception",
  "Killed",
  "User defined signal 1",
  "Segmentation fault",
  "User defined signal 2",
  "Broken pipe",
  "Alarm clock",
  "Terminated",
  "Stack fault",
  "Child exited",
  "Continued",
  "Stopped (signal)",
  "Stopped",
  "Stopped (tty input)",
  "Stopped (tty output)",
  "Urgent I/O condition",
  "CPU time limit exceeded",
  "File size limit exceeded",
  "Virtual timer expired",
  "Profiling timer expired",
  "Window changed",
  "I/O possible",
  "Power failure",
  "Bad system call",
] as const;

const FIRST_REALTIME_SIGNAL = 34;
const LAST_REALTIME_SIGNAL = 64;

function signalName(signal: number): string {
  const known = SIGNAL_NAMES[signal - 1];
  if (known !== undefined) return known;
  if (signal >= FIRST_REALTIME_SIGNAL && signal <= LAST_REALTIME_SIGNAL) {
    return `Real-time signal ${signal - FIRST_REALTIME_SIGNAL}`;
  }
  return `Unknown signal ${signal}`;
}

/** Whether a raw wait status tells of exit code 0. */
export function succeeded(status: number): boolean {
  return status === 0;
}

/**
 * What a raw wait status (exit code × 256, or the signal's number, plus 128 with a core dump) says: `exited with status 3`,
 * `terminated with signal Killed`.
 *
 * Source: `WSTRINGIFY` in Mesos's `src/common/status_utils.hpp`, wait(2).
 */
export function waitStatusText(status: number): string {
  const signal = status & 0x7f;
  if (signal === 0) return `exited with status ${(status >> 8) & 0xff}`;
  if (signal === 0x7f) return `stopped on signal ${signalName((status >> 8) & 0xff)}`;
  return `terminated with signal ${signalName(signal)}${(status & 0x80) === 0 ? "" : " (core dumped)"}`;
}
