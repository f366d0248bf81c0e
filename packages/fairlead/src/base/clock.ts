/** A timer that can be cancelled; cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Where time comes from: production uses {@link systemClock}, scenarios a virtual one, so that no test sleeps. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch; may jump. */
  now(): number;
  /** Monotonic time in milliseconds, for durations and deadlines. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`; the timer keeps the process alive unless `background`. */
  after(delayMs: number, callback: () => void, options?: { background?: boolean }): Timer;
}

/** setTimeout takes 32 bits; a longer delay would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback, options) {
    let handle: NodeJS.Timeout;
    const arm = (remainingMs: number): void => {
      const stepMs = Math.min(remainingMs, MAX_DELAY_MS);
      handle = setTimeout(() => (remainingMs > stepMs ? arm(remainingMs - stepMs) : callback()), stepMs);
      if (options?.background) handle.unref();
    };
    arm(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `delayMs` of `clock`'s time. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

/**
 * Settles as `work` does, or rejects with the error of `onTimeout` when `timeoutMs` of `clock`'s time have passed first.
 *
 * The work itself goes on: the caller must be able to abandon it.
 */
export async function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  work: Promise<T>,
  onTimeout: () => Error,
): Promise<T> {
  let timer: Timer | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = clock.after(timeoutMs, () => reject(onTimeout()));
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    timer?.cancel();
  }
}
