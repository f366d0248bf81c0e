import { ClientError } from "./client-error.ts";

/**
 * Everything that ends a call: its deadline, the caller's signal, the closing of the client.
 *
 * Listeners are taken off again by {@link release}: the client's signal outlives every call.
 */
export class CallScope {
  readonly #url: URL;
  readonly #end = new AbortController();
  readonly #enders: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout;
  readonly #abort = (): void => this.#end.abort(new ClientError("CALL_ABORTED", this.#url, "Aborted"));

  /** The deadline begins now. */
  constructor(url: URL, timeoutMs: number, enders: readonly (AbortSignal | undefined)[]) {
    this.#url = url;
    this.#enders = enders.filter((signal) => signal !== undefined);
    const late = () => new ClientError("CALL_TIMEOUT", url, `No complete answer within ${timeoutMs} ms`);
    this.#timer = setTimeout(() => this.#end.abort(late()), timeoutMs);
    for (const signal of this.#enders) {
      signal.addEventListener("abort", this.#abort);
      if (signal.aborted) {
        this.#abort();
      }
    }
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** The deadline is met: only signals end the call from now on. */
  meetDeadline(): void {
    clearTimeout(this.#timer);
  }

  /** Nothing ends the call any more; may be called again. */
  release(): void {
    clearTimeout(this.#timer);
    for (const signal of this.#enders) {
      signal.removeEventListener("abort", this.#abort);
    }
  }

  /** What was thrown, as a ClientError: why the call was ended, or that the connection failed. */
  failure(thrown: unknown): ClientError {
    const reason: unknown = this.#end.signal.aborted ? this.#end.signal.reason : thrown;
    if (reason instanceof ClientError) {
      return reason;
    }
    const message = reason instanceof Error ? reason.message : String(reason);
    return new ClientError("SERVER_UNREACHABLE", this.#url, message, { cause: reason });
  }
}
