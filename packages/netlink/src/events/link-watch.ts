import type { Worker } from "node:worker_threads";
import { NetlinkError } from "../errors.ts";
import type { Credit } from "./credit.ts";
import type { LinkEvent } from "./link-event.ts";
import type { FromThread } from "./thread-messages.ts";
import type { WakeUp } from "./wake-up.ts";

/** The reading end of a watch: one loop at a time gets the events, each once. */
export class LinkWatch implements AsyncIterable<LinkEvent>, AsyncDisposable {
  readonly #wakeUp: WakeUp;
  readonly #credit: Credit;
  readonly #batches: (readonly LinkEvent[])[] = [];
  readonly #ended: Promise<void>;
  readonly #endThread = () => {
    this.#credit.close();
    this.#wakeUp.send();
  };
  #arrival = Promise.withResolvers<void>();
  #failure: unknown;
  #isOver = false;

  /** See `watchLinks`. */
  constructor(worker: Worker, wakeUp: WakeUp, credit: Credit) {
    this.#wakeUp = wakeUp;
    this.#credit = credit;
    // a process that ends waits for its threads; this one blocks in a system call, where nothing else ends it
    process.once("exit", this.#endThread);
    worker.on("message", (message: FromThread) => this.#take(message));
    worker.on("error", (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      worker.once("exit", () => {
        process.off("exit", this.#endThread);
        this.#isOver = true;
        this.#wakeUp.close();
        this.#arrival.resolve();
        resolve();
      });
    });
  }

  /** Gives events until the watch is closed; leaving the loop closes it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<LinkEvent, void, undefined> {
    try {
      for (let batch = await this.#next(); batch !== undefined; batch = await this.#next()) yield* batch;
    } finally {
      await this.close();
    }
  }

  /** Ends the thread, and the loop once it has read what was told before. Done when both are over; once or more. */
  async close(): Promise<void> {
    if (!this.#isOver) this.#endThread();
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #next(): Promise<readonly LinkEvent[] | undefined> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        this.#credit.give();
        return batch;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isOver) return undefined;
      this.#arrival = Promise.withResolvers();
      await this.#arrival.promise;
    }
  }

  #take(message: FromThread): void {
    if (message.kind === "failed") {
      this.#fail(new NetlinkError(message.code, message.message, message.fields));
      return;
    }
    this.#batches.push(message.events);
    this.#arrival.resolve();
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#arrival.resolve();
  }
}
