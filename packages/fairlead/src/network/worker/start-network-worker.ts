import { Worker } from "node:worker_threads";
import type { Logger } from "../../base/log.ts";
import { NetworkWorker } from "./network-worker.ts";

/** Starts the network thread with the first call, and again after it died. The process lives until it is closed. */
export function createNetworkWorker(log: Logger): NetworkWorker {
  return new NetworkWorker(() => new Worker(new URL(threadFile(), import.meta.url), { name: "network" }), log);
}

/** Where this module runs from its source, so does the thread. */
function threadFile(): string {
  return import.meta.url.endsWith(".ts") ? "./network-thread.ts" : "./network-thread.js";
}
