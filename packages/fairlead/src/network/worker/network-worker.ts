import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { CniError } from "@fairlead/cni";
import { errorText } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import {
  type NetworkAnswer,
  type NetworkRequest,
  type NetworkTask,
  type NetworkTaskResult,
  toError,
} from "./messages.ts";

type AnyResult = NetworkTaskResult[NetworkTask["kind"]];

interface Waiting {
  readonly resolve: (result: AnyResult) => void;
  readonly reject: (error: Error) => void;
}

/** The near end of the network thread: a queue of calls, answered in their order. A thread that dies fails what waits; the next call has a new one. */
export class NetworkWorker {
  readonly #start: () => Worker;
  readonly #log: Logger;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 0;
  #isClosed = false;

  constructor(start: () => Worker, log: Logger) {
    this.#start = start;
    this.#log = log;
  }

  /**
   * Has one thing done.
   *
   * An aborted signal gives up waiting. The thread carries out what it has begun all the same, before any later task: a DEL that follows finds it
   * done. Errors: CniError; an aborted signal's reason.
   */
  async run<Task extends NetworkTask>(task: Task, signal?: AbortSignal): Promise<NetworkTaskResult[Task["kind"]]> {
    signal?.throwIfAborted();
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<AnyResult>();
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.set(id, { resolve, reject });
    try {
      this.#post({ kind: "task", id, task });
      return (await promise) as NetworkTaskResult[Task["kind"]]; // the thread answers each kind as messages.ts says
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#waiting.delete(id);
    }
  }

  /** Ends the thread when it has done what was asked of it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    const exit = once(worker, "exit");
    worker.postMessage({ kind: "close" } satisfies NetworkRequest);
    await exit;
  }

  #post(request: NetworkRequest): void {
    if (this.#isClosed) throw threadGone("it is closed");
    this.#worker ??= this.#open();
    this.#worker.postMessage(request);
  }

  #open(): Worker {
    const worker = this.#start();
    worker.on("message", (answer: NetworkAnswer) => this.#take(answer));
    worker.on("error", (err) => {
      this.#log.error({ err }, "The network thread failed; the next call starts another one");
      this.#end(worker, errorText(err));
    });
    worker.on("exit", () => this.#end(worker, "it ended"));
    return worker;
  }

  #take(answer: NetworkAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (answer.kind === "done") waiting?.resolve(answer.result);
    else waiting?.reject(toError(answer.error));
  }

  #end(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(threadGone(reason));
  }
}

function threadGone(reason: string): CniError {
  return new CniError("CNI_PLUGIN_FAILED", `the network thread cannot be used: ${reason}`);
}
