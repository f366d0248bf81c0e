import type { Core } from "./core.ts";

/** Calls `callback` after `delayMs`, unless the master is closed before. */
export function afterDelay(core: Core, delayMs: number, callback: () => void): void {
  const timer = core.clock.after(
    delayMs,
    () => {
      core.timers.delete(timer);
      callback();
    },
    { background: true },
  );
  core.timers.add(timer);
}
