import { isTerminal, TaskState } from "@fairlead/mesos-api";
import type { StoredTask } from "../checkpoint/read-checkpoint.ts";
import type { ResumePoint } from "../executors/command-executor.ts";
import { type Ending, hostRebooted, notLaunched } from "../executors/ending.ts";

/** What becomes of a task of an earlier run of the agent. */
export type Fate =
  /** Its end is known and told; nothing is left to do. */
  | { readonly kind: "done" }
  /** Its end is on disk, and waits for its acknowledgement. */
  | { readonly kind: "ended" }
  /** It goes on, or has ended meanwhile: its container tells. */
  | { readonly kind: "resumed"; readonly point: ResumePoint }
  /** It is over, and that is news. */
  | { readonly kind: "lost"; readonly ending: Ending };

/**
 * Decides from the checkpoint alone. TASK_STARTING is stored when the container has been made, before its command is started: a task without
 * it never ran, whatever there is of its container.
 */
export function fateOf(stored: StoredTask, rebooted: boolean): Fate {
  const { task } = stored;
  if (isTerminal(task.state)) return { kind: stored.updates.length === 0 ? "done" : "ended" };
  if (task.state === TaskState.TASK_STAGING) return { kind: "lost", ending: notLaunched() };
  if (rebooted) return { kind: "lost", ending: hostRebooted() };
  const running = task.statuses.find((status) => status.state === TaskState.TASK_RUNNING);
  return {
    kind: "resumed",
    point: {
      runningSinceMs: running === undefined ? undefined : running.timestamp * 1000,
      killing: task.state === TaskState.TASK_KILLING,
      kill: stored.kill,
    },
  };
}
