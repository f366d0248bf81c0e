import { type Clock, sleep, withDeadline } from "../../base/clock.ts";
import type { AgentContext } from "../context.ts";

/** How often it is looked whether the last acknowledgements have come. */
const LOOK_MS = 20;

/** Tells every task to end, each with its own grace period but at most `maxGracePeriodMs`; they report as after a kill. */
export function stopTasks(context: AgentContext, maxGracePeriodMs: number): void {
  for (const [executor, { leader }] of context.running) {
    executor.terminating = true;
    leader.stop(maxGracePeriodMs);
  }
}

/** Resolves when the containers of all executors have ended. */
export async function allEnded(context: AgentContext): Promise<void> {
  await Promise.all([...context.running.values()].map(({ done }) => done));
}

/** Resolves when `work` does, or when `timeoutMs` are over: whether it did. */
export async function within(clock: Clock, timeoutMs: number, work: Promise<void>): Promise<boolean> {
  try {
    await withDeadline(clock, timeoutMs, work, () => new Error("it takes too long"));
    return true;
  } catch {
    return false;
  }
}

/** Resolves when no update waits for its acknowledgement, or when `timeoutMs` are over. */
export async function acknowledgedWithin(context: AgentContext, timeoutMs: number): Promise<void> {
  const endMs = context.clock.monotonic() + timeoutMs;
  while (context.streams.pending > 0 && context.clock.monotonic() < endMs) await sleep(context.clock, LOOK_MS);
}
