import { Worker } from "node:worker_threads";
import { systemClock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { NetworkThreadData } from "./messages.ts";
import { NetworkWorker } from "./network-worker.ts";

/**
 * Starts the network thread with the first call, and again after it died. The process lives until it is closed.
 *
 * It is in the network namespace of the calling thread, for good.
 */
export function createNetworkWorker({ log, ...workerData }: NetworkThreadData & { log: Logger }): NetworkWorker {
  const start = () => new Worker(new URL(threadFile(), import.meta.url), { name: "network", workerData });
  return new NetworkWorker(start, log, systemClock);
}

/** Where this module runs from its source, so does the thread. */
function threadFile(): string {
  return import.meta.url.endsWith(".ts") ? "./network-thread.ts" : "./network-thread.js";
}
