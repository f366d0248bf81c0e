import { isNamespaceLost } from "../plugin/namespace-lost.ts";
import type { ReadyPool } from "./ready-pool.ts";

/** How long nothing may have been asked of the thread before it fills the pool: launches come in bursts, and making one takes some milliseconds. */
const QUIET_MS = 20;

/** How long it leaves off after a failure: the kernel may be out of memory, or of namespaces. */
const RETRY_MS = 10_000;

export interface IdleRefill {
  /** Something was asked of the thread: it is not quiet now. */
  touch(): void;
  stop(): void;
}

/** Fills a pool in the quiet times of its thread, from the first time on that something was asked of the pool. */
export function idleRefill(pool: ReadyPool): IdleRefill {
  let timer: NodeJS.Timeout | undefined;
  const again = (delayMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(fill, delayMs);
  };
  const fill = () => {
    if (pool.isFull) return;
    try {
      pool.fillOne();
      // in between, requests that have come are served
      again(0);
    } catch (error) {
      if (isNamespaceLost(error)) throw error;
      // nobody waits for it: whoever needs a namespace makes one, and hears of what is wrong
      again(RETRY_MS);
    }
  };
  return {
    touch: () => {
      if (pool.isWanted && !pool.isFull) again(QUIET_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
