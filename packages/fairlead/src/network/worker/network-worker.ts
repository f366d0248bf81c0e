import type { Worker } from "node:worker_threads";
import { CniError } from "@fairlead/cni";
import type { Clock } from "../../base/clock.ts";
import { errorText } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { PluginErrorCode } from "../plugin/plugin-error.ts";
import { CLOSE_TIMEOUT_MS, MAX_POSTED_TASKS, MAX_QUEUED_TASKS } from "./limits.ts";
import {
  type NetworkAnswer,
  type NetworkRequest,
  type NetworkTask,
  type NetworkTaskResult,
  toError,
} from "./messages.ts";
import { StartPauses } from "./start-pauses.ts";

type AnyResult = NetworkTaskResult[NetworkTask["kind"]];

/** A task that was asked for and is not done. */
interface Pending {
  readonly id: number;
  readonly task: NetworkTask;
  /** Settles when the task is over, whether or not somebody still waits for it. */
  readonly outcome: PromiseWithResolvers<AnyResult>;
}

/** The part of a thread that is used here. */
export type NetworkThread = Pick<Worker, "postMessage" | "terminate"> & {
  on(event: "message", listener: (answer: NetworkAnswer) => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  on(event: "exit", listener: () => void): void;
};

/**
 * The near end of the network thread: a queue of tasks, done in their order.
 *
 * A thread that dies fails what it had; what still waits here is done by the next one. Threads that die before they are ready are started again
 * after longer and longer pauses, in which everything fails at once with the reason.
 */
export class NetworkWorker {
  readonly #start: () => NetworkThread;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #pauses: StartPauses;
  readonly #queued: Pending[] = [];
  readonly #posted = new Map<number, Pending>();
  #thread: NetworkThread | undefined;
  #nextId = 0;
  #closing: Promise<void> | undefined;

  constructor(start: () => NetworkThread, log: Logger, clock: Clock) {
    this.#start = start;
    this.#log = log;
    this.#clock = clock;
    this.#pauses = new StartPauses(clock);
  }

  /**
   * Has one thing done.
   *
   * An aborted signal gives up waiting. What the thread has not begun is never done then; what it has begun it carries out all the same, before any
   * later task: a DEL that follows finds it done. Errors: CniError, with code 11 when too much waits; an aborted signal's reason.
   */
  async run<Task extends NetworkTask>(task: Task, signal?: AbortSignal): Promise<NetworkTaskResult[Task["kind"]]> {
    signal?.throwIfAborted();
    if (this.#closing !== undefined) throw threadGone("it is closed");
    if (this.#queued.length >= MAX_QUEUED_TASKS) throw tooMuch();
    const pending: Pending = { id: this.#nextId++, task, outcome: Promise.withResolvers() };
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => {
      this.#takeBack(pending, signal?.reason);
      aborted.reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#queued.push(pending);
    this.#pump();
    try {
      const result = await Promise.race([pending.outcome.promise, aborted.promise]);
      return result as NetworkTaskResult[Task["kind"]]; // the thread answers each kind as messages.ts says
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Ends the thread when it has done what was asked of it; after a while in any case. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    let isLate = false;
    const timer = this.#clock.after(CLOSE_TIMEOUT_MS, () => {
      isLate = true;
      this.#failAll(this.#queued.splice(0), "it is closed");
      void this.#thread?.terminate();
    });
    try {
      while (this.#queued.length > 0 || this.#posted.size > 0) {
        await Promise.allSettled([...this.#posted.values()].map(({ outcome }) => outcome.promise));
      }
      const thread = this.#thread;
      if (thread === undefined) return;
      const exit = new Promise<void>((resolve) => thread.on("exit", resolve));
      if (!isLate) thread.postMessage({ kind: "close" } satisfies NetworkRequest);
      await exit;
    } finally {
      timer.cancel();
    }
  }

  /** Gives the thread what it may have. */
  #pump(): void {
    while (this.#posted.size < MAX_POSTED_TASKS) {
      const [pending] = this.#queued;
      if (pending === undefined) return;
      const thread = this.#thread ?? this.#tryStart();
      if (thread === undefined) return;
      this.#queued.shift();
      try {
        thread.postMessage({ kind: "task", id: pending.id, task: pending.task } satisfies NetworkRequest);
        this.#posted.set(pending.id, pending);
      } catch (error) {
        // a task that cannot be copied must not stand in the way of others
        this.#fail(pending, error);
      }
    }
  }

  /** Fails all that waits where it is too early for another thread, or none can be started. */
  #tryStart(): NetworkThread | undefined {
    const { reason } = this.#pauses;
    if (reason !== undefined) {
      this.#failAll(this.#queued.splice(0), reason);
      return undefined;
    }
    try {
      this.#thread = this.#listen(this.#start());
    } catch (err) {
      this.#log.error({ err }, "The network thread could not be started; a later call tries again");
      this.#pauses.failed(errorText(err));
      this.#failAll(this.#queued.splice(0), errorText(err));
    }
    return this.#thread;
  }

  #listen(thread: NetworkThread): NetworkThread {
    let isReady = false;
    thread.on("message", (answer) => {
      isReady = true;
      this.#pauses.succeeded();
      this.#take(answer);
    });
    thread.on("error", (err) => {
      this.#log.error({ err }, "The network thread failed; the next call starts another one");
      this.#end(thread, isReady, errorText(err));
    });
    thread.on("exit", () => this.#end(thread, isReady, "it ended"));
    return thread;
  }

  #end(thread: NetworkThread, wasReady: boolean, reason: string): void {
    // an error is followed by the exit, perhaps after another thread was started
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    if (!wasReady) this.#pauses.failed(reason);
    const lost = [...this.#posted.values()];
    this.#posted.clear();
    this.#failAll(lost, reason);
    this.#pump();
  }

  #take(answer: NetworkAnswer): void {
    if (answer.kind === "ready") return;
    const pending = this.#posted.get(answer.id);
    this.#posted.delete(answer.id);
    if (answer.kind === "done") pending?.outcome.resolve(answer.result);
    else {
      const { bug } = answer.error;
      if (bug !== undefined) this.#log.error({ bug }, "A network task failed in a way that was not foreseen");
      this.#fail(pending, toError(answer.error));
    }
    this.#pump();
  }

  #takeBack(pending: Pending, reason: unknown): void {
    const index = this.#queued.indexOf(pending);
    if (index < 0) return;
    this.#queued.splice(index, 1);
    this.#fail(pending, reason);
  }

  #failAll(all: readonly Pending[], reason: string): void {
    for (const pending of all) this.#fail(pending, threadGone(reason));
  }

  #fail(pending: Pending | undefined, error: unknown): void {
    // of a task that was aborted nobody may listen any more
    pending?.outcome.promise.catch(() => {});
    pending?.outcome.reject(error);
  }
}

function threadGone(reason: string): CniError {
  return new CniError("CNI_PLUGIN_FAILED", `the network thread cannot be used: ${reason}`);
}

function tooMuch(): CniError {
  return new CniError("CNI_PLUGIN_FAILED", `${MAX_QUEUED_TASKS} tasks wait for the network thread already`, {
    pluginCode: PluginErrorCode.tryAgainLater,
  });
}
