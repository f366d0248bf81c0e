import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

/** Kernel and plugins may still be busy with what a DEL has begun. */
const SETTLE_MS = 5000;
const INTERVAL_MS = 50;

/** Looks until what is there is as expected, for a while. */
export async function settled<T>(
  what: string,
  look: () => Promise<{ readonly expected: T; readonly actual: T }>,
): Promise<void> {
  for (const until = Date.now() + SETTLE_MS; ; ) {
    const { expected, actual } = await look();
    if (isDeepStrictEqual(actual, expected)) return;
    if (Date.now() >= until) assert.deepEqual(actual, expected, what);
    await delay(INTERVAL_MS);
  }
}
