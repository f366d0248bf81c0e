import type { Clock, Timer } from "./clock.ts";

/**
 * A clock that moves only when told: `advance` fires every timer that falls due, in order, and lets promises settle in between.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #sequence = 0;
  readonly #timers = new Map<number, { dueMs: number; callback: () => void }>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const id = this.#sequence++;
    this.#timers.set(id, { dueMs: this.#nowMs + Math.max(0, delayMs), callback });
    return { cancel: () => void this.#timers.delete(id) };
  }

  /** The timers that have not fired: a leak check for tests. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time forward by `ms`, firing what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = this.#nextDue(endMs);
      if (next === undefined) break;
      this.#timers.delete(next.id);
      this.#nowMs = next.dueMs;
      next.callback();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }

  #nextDue(endMs: number): { id: number; dueMs: number; callback: () => void } | undefined {
    let best: { id: number; dueMs: number; callback: () => void } | undefined;
    for (const [id, timer] of this.#timers) {
      if (timer.dueMs > endMs) continue;
      if (best === undefined || timer.dueMs < best.dueMs || (timer.dueMs === best.dueMs && id < best.id)) {
        best = { id, ...timer };
      }
    }
    return best;
  }
}

/** One turn of the event loop: promise callbacks and setImmediate handlers that are ready have run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
