/**
 * The numbered places at which a launch, a destroy or a recovery can be cut: `FAIRLEAD_CRASH_AT=<n>` makes the process kill itself with SIGKILL
 * when it comes there, so that a test can enumerate all of them and compare the kernel and the files with what is alive.
 *
 * Numbers are positions in this list, counted from 1. Order: the life of a container.
 */
export const CRASH_POINTS = [
  "task-received",
  "task-checkpointed",
  "sandbox-created",
  "container-recorded",
  "netns-created",
  "netns-pinned",
  "cni-conf-stored",
  "cni-added",
  "cni-result-stored",
  "network-files-written",
  "bundle-written",
  "container-created",
  "container-pid-stored",
  "status-starting-stored",
  "container-started",
  "status-running-stored",
  "kill-sent",
  "exit-observed",
  "status-terminal-stored",
  "destroy-begun",
  "processes-killed",
  "runtime-deleted",
  "cni-deleted",
  "cni-conf-removed",
  "netns-released",
  "container-files-removed",
  "status-terminal-acknowledged",
  "task-removed",
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

const wanted = Number(process.env.FAIRLEAD_CRASH_AT ?? 0);
const fatal: CrashPoint | undefined = CRASH_POINTS[wanted - 1];

/** Kills this process with SIGKILL if `FAIRLEAD_CRASH_AT` names this point; otherwise does nothing. */
export function crashPoint(point: CrashPoint): void {
  if (point !== fatal) return;
  process.stderr.write(`crash point ${wanted} (${point}) reached\n`);
  process.kill(process.pid, "SIGKILL");
  // SIGKILL of oneself is delivered before the system call returns to user code, but not by contract: never go on.
  for (;;);
}
