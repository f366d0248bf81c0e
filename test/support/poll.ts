import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between two looks. */
const INTERVAL_MS = 25;

/** Resolves with the first truthy value of `look`: for what nobody tells of when it has come. */
export async function poll<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    await delay(INTERVAL_MS);
  }
}
