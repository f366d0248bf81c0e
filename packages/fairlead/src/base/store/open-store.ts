import { Worker } from "node:worker_threads";
import { type Clock, systemClock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Store } from "./store.ts";
import type { StoreThreadData } from "./store-messages.ts";
import { ThreadStore } from "./thread-store.ts";

export interface OpenedStore {
  readonly store: Store;
  /** Where the database lies that was damaged and set aside; the store is empty then, and what it held has to be found out otherwise. */
  readonly damaged?: string;
}

/**
 * Opens the store in the SQLite database at `path`, whose directory exists, or makes it (mode 0600).
 *
 * It works in a thread of its own; the process lives until it is closed. Nobody else can have the database open at the same time. Errors:
 * SCHEMA_TOO_NEW, STORE_FAILED.
 */
export async function openStore(path: string, options: { log: Logger; clock?: Clock }): Promise<OpenedStore> {
  const stamp = new Date((options.clock ?? systemClock).now()).toISOString().replaceAll(":", "-");
  const workerData: StoreThreadData = { path, stamp };
  const worker = new Worker(new URL(threadFile(), import.meta.url), { workerData, name: "store" });
  const store = new ThreadStore(worker, path, options.log);
  const damaged = await store.opened;
  if (damaged === undefined) return { store };
  options.log.error({ path, damaged }, "the state database is damaged: it was set aside, and the state is rebuilt");
  return { store, damaged };
}

/** The thread's module is a source beside sources, and built beside what is built: the compiler does not rewrite URLs. */
function threadFile(): string {
  return import.meta.url.endsWith(".ts") ? "./store-thread.ts" : "./store-thread.js";
}
