/** The thread of one store: keeps the waiting for the disk off the event loop. Started by `open-store.ts`. */
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { FairleadError } from "../errors.ts";
import { openSqliteFile, type SqliteFile } from "./sqlite-file.ts";
import type { StoreWrite } from "./store.ts";
import { type StoreAnswer, type StoreRequest, type StoreThreadData, toErrorMessage } from "./store-messages.ts";

assert(parentPort !== null, "this module is the start of a worker thread");
const port = parentPort;
const waiting: { id: number; writes: readonly StoreWrite[] }[] = [];

const { path, stamp }: StoreThreadData = workerData;
try {
  const { file, damaged } = openSqliteFile(path, stamp);
  port.on("message", (request: StoreRequest) => serve(file, request));
  answer({ kind: "open", damaged, error: undefined });
} catch (error) {
  if (!FairleadError.is(error)) throw error;
  answer({ kind: "open", damaged: undefined, error: toErrorMessage(error) });
}

function serve(file: SqliteFile, request: StoreRequest): void {
  switch (request.kind) {
    case "apply":
      // all requests that have arrived by now are delivered before an immediate: they share one sync
      if (waiting.push(request) === 1) setImmediate(() => writeWaiting(file));
      return;
    case "list":
      writeWaiting(file);
      list(file, request.id, request.bucket);
      return;
    case "close":
      writeWaiting(file);
      file.close();
      answer({ kind: "done", id: request.id, error: undefined });
      port.close();
  }
}

function writeWaiting(file: SqliteFile): void {
  const calls = waiting.splice(0);
  if (calls.length === 0) return;
  const errors = file.apply(calls.map(({ writes }) => writes));
  for (const [i, { id }] of calls.entries()) {
    const error = errors[i];
    answer({ kind: "done", id, error: error && toErrorMessage(error) });
  }
}

function list(file: SqliteFile, id: number, bucket: string): void {
  try {
    answer({ kind: "listed", id, entries: file.list(bucket) });
  } catch (error) {
    if (!FairleadError.is(error)) throw error;
    answer({ kind: "done", id, error: toErrorMessage(error) });
  }
}

function answer(message: StoreAnswer): void {
  port.postMessage(message);
}
