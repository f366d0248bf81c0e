import type { ServerResponse } from "node:http";
import type { Logger } from "../log.ts";
import type { ByteStream } from "./http.ts";

/**
 * The stream behind a response whose header is sent.
 *
 * A reader may leave `maxUnreadBytes` unread; the next write after that drops it, with the connection. So one event may be larger than the
 * bound (the first of a stream carries a whole state), but what piles up behind a reader that does not read is at most the bound and one
 * event. Callbacks of `onEnd` never run inside a call of the owner.
 */
export class ResponseStream implements ByteStream {
  readonly #response: ServerResponse;
  readonly #maxUnreadBytes: number;
  readonly #stalledTimeoutMs: number;
  readonly #log: Logger;
  readonly #callbacks: (() => void)[] = [];
  #writable = true;
  #closed = false;

  constructor(response: ServerResponse, options: { maxUnreadBytes: number; stalledTimeoutMs: number; log: Logger }) {
    this.#response = response;
    this.#maxUnreadBytes = options.maxUnreadBytes;
    this.#stalledTimeoutMs = options.stalledTimeoutMs;
    this.#log = options.log;
    // "close" comes once for every response, also after a good end; but not again when the peer left before we came here
    if (response.destroyed) queueMicrotask(() => this.#onClose());
    else response.once("close", () => this.#onClose());
    response.on("error", (err) => this.#log.debug({ err }, "a stream broke while it was written"));
  }

  get ended(): boolean {
    return !this.#writable;
  }

  write(chunk: Uint8Array): void {
    if (!this.#writable || chunk.length === 0) return;
    const unreadBytes = this.#response.writableLength;
    if (unreadBytes > this.#maxUnreadBytes) {
      this.#log.warn(
        { unreadBytes, maxUnreadBytes: this.#maxUnreadBytes },
        "a reader of a stream does not keep up: its connection was closed",
      );
      this.destroy();
      return;
    }
    this.#response.write(chunk);
  }

  end(): void {
    if (!this.#writable) return;
    this.#writable = false;
    // what was written may still have to be read; a reader that takes nothing more is cut by the socket's timeout
    this.#response.socket?.setTimeout(this.#stalledTimeoutMs);
    this.#response.end();
  }

  onEnd(callback: () => void): void {
    if (this.#closed) queueMicrotask(callback);
    else this.#callbacks.push(callback);
  }

  /** Cuts the connection, whatever is unread. */
  destroy(): void {
    this.#writable = false;
    this.#response.destroy();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writable = false;
    for (const callback of this.#callbacks.splice(0)) callback();
  }
}
