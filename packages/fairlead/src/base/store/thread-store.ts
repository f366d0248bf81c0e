import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { FairleadError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { MAX_WAITING_BYTES } from "./limits.ts";
import type { Store, StoreWrite } from "./store.ts";
import type { ErrorMessage, StoreAnswer, StoreEntry, StoreRequest } from "./store-messages.ts";

interface Call {
  readonly resolve: (entries: readonly StoreEntry[]) => void;
  readonly reject: (error: FairleadError) => void;
  readonly sizeBytes: number;
}

/** The near end of a store that lives in a worker thread. */
export class ThreadStore implements Store {
  /** Resolves when the database is open, with the name of the damaged one that was set aside, if one was. */
  readonly opened: Promise<string | undefined>;
  readonly #worker: Worker;
  readonly #path: string;
  readonly #opening = Promise.withResolvers<string | undefined>();
  readonly #calls = new Map<number, Call>();
  #nextId = 0;
  #waitingBytes = 0;
  /** Why no more calls are taken. */
  #ended: string | undefined;

  constructor(worker: Worker, path: string, log: Logger) {
    this.#worker = worker;
    this.#path = path;
    this.opened = this.#opening.promise;
    worker.on("message", (answer: StoreAnswer) => this.#take(answer));
    worker.on("error", (err) => {
      log.error({ err, path }, "the thread of the state store failed");
      this.#end("its thread failed");
    });
    worker.on("exit", () => this.#end("its thread ended"));
  }

  async list(bucket: string): Promise<readonly StoreEntry[]> {
    return await this.#call((id) => ({ kind: "list", id, bucket }), 0);
  }

  async apply(writes: readonly StoreWrite[]): Promise<void> {
    const own = writes.map(ownBytes);
    const sizeBytes = own.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
    if (this.#waitingBytes + sizeBytes > MAX_WAITING_BYTES && this.#waitingBytes > 0) {
      throw this.#failure("the disk does not keep up: too much waits to be written");
    }
    await this.#call((id) => ({ kind: "apply", id, writes: own }), sizeBytes);
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exit = once(this.#worker, "exit");
    const closed = this.#call((id) => ({ kind: "close", id }), 0);
    this.#ended = "it is closed";
    await closed;
    await exit;
  }

  #call(toRequest: (id: number) => StoreRequest, sizeBytes: number): Promise<readonly StoreEntry[]> {
    if (this.#ended !== undefined) return Promise.reject(this.#failure(this.#ended));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject, sizeBytes });
      this.#waitingBytes += sizeBytes;
      this.#worker.postMessage(toRequest(id));
    });
  }

  #take(answer: StoreAnswer): void {
    if (answer.kind === "open") {
      if (answer.error !== undefined) {
        this.#ended = answer.error.message;
        this.#opening.reject(toError(answer.error));
      } else {
        this.#opening.resolve(answer.damaged);
      }
      return;
    }
    const call = this.#calls.get(answer.id);
    if (call === undefined) return;
    this.#calls.delete(answer.id);
    this.#waitingBytes -= call.sizeBytes;
    if (answer.kind === "listed") call.resolve(answer.entries);
    else if (answer.error !== undefined) call.reject(toError(answer.error));
    else call.resolve([]);
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    const failure = this.#failure(reason);
    this.#opening.reject(failure);
    for (const call of this.#calls.values()) call.reject(failure);
    this.#calls.clear();
  }

  #failure(reason: string): FairleadError {
    return new FairleadError("STORE_FAILED", `cannot use ${this.#path}: ${reason}`, { data: { path: this.#path } });
  }
}

/** A view on a larger buffer would be copied to the thread with all of it. */
function ownBytes(write: StoreWrite): StoreWrite {
  const { value } = write;
  return value === undefined || value.byteLength === value.buffer.byteLength
    ? write
    : { ...write, value: Uint8Array.prototype.slice.call(value) };
}

function toError({ code, message, data }: ErrorMessage): FairleadError {
  return new FairleadError(code, message, { data });
}
