import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between two attempts to reach a server that starts at the same time. */
const INTERVAL_MS = 50;

/** Run in a task: fetches from each URL as soon as it is served, and prints what comes. */
if (import.meta.main) {
  for (const url of process.argv.slice(2)) {
    for (;;) {
      const response = await fetch(url).catch(() => undefined);
      if (response !== undefined) {
        process.stdout.write(await response.text());
        break;
      }
      await delay(INTERVAL_MS);
    }
  }
}
