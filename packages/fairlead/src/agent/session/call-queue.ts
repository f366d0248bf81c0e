import { encodeRecord, internal, toBinary } from "@fairlead/mesos-api";
import { errorText } from "../../base/errors.ts";
import { MAX_CALL_BATCH_BYTES, MAX_CALLS_PER_REQUEST, MAX_QUEUED_CALL_BYTES } from "../limits.ts";

/**
 * Calls on their way to the master: in order, one request at a time, those that wait together in one request.
 *
 * `deliver` posts records; its failure, or too much waiting, ends the queue: `onFailed` is called once and the rest is dropped.
 */
export class CallQueue {
  readonly #deliver: (records: Uint8Array) => Promise<void>;
  readonly #onFailed: (reason: string) => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #busy = false;
  #over = false;
  #flushed: PromiseWithResolvers<void> | undefined;

  constructor(deliver: (records: Uint8Array) => Promise<void>, onFailed: (reason: string) => void) {
    this.#deliver = deliver;
    this.#onFailed = onFailed;
  }

  send(call: internal.AgentCall): void {
    if (this.#over) return;
    const record = encodeRecord(toBinary(internal.AgentCallSchema, call));
    this.#waiting.push(record);
    this.#waitingBytes += record.length;
    if (this.#waitingBytes > MAX_QUEUED_CALL_BYTES) {
      this.#fail(`the master has left ${this.#waitingBytes} bytes of calls waiting`);
    } else {
      void this.#work();
    }
  }

  /** Resolves when everything sent so far was delivered, or the queue is over. */
  flush(): Promise<void> {
    if (this.#over || (!this.#busy && this.#waiting.length === 0)) return Promise.resolve();
    this.#flushed ??= Promise.withResolvers<void>();
    return this.#flushed.promise;
  }

  /** Drops what waits. */
  close(): void {
    this.#over = true;
    this.#waiting = [];
    this.#flushed?.resolve();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      // what comes in the same turn of the event loop goes in the same request
      await Promise.resolve();
      while (this.#waiting.length > 0) await this.#deliver(this.#nextBatch());
    } catch (error) {
      this.#fail(errorText(error));
    } finally {
      this.#busy = false;
    }
    this.#flushed?.resolve();
    this.#flushed = undefined;
  }

  #nextBatch(): Uint8Array {
    let count = 0;
    let bytes = 0;
    for (const record of this.#waiting) {
      if (count > 0 && (bytes + record.length > MAX_CALL_BATCH_BYTES || count === MAX_CALLS_PER_REQUEST)) break;
      count++;
      bytes += record.length;
    }
    this.#waitingBytes -= bytes;
    return Buffer.concat(this.#waiting.splice(0, count), bytes);
  }

  #fail(reason: string): void {
    if (this.#over) return;
    this.close();
    this.#onFailed(reason);
  }
}
