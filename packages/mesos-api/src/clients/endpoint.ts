import { Agent, type Dispatcher, request } from "undici";
import { CallScope } from "./call-scope.ts";
import { ClientError } from "./client-error.ts";
import { CALL_TIMEOUT_MS, MAX_REDIRECTS, MAX_REFUSAL_CHARS, MAX_RESPONSE_BYTES } from "./limits.ts";
import type { MediaType } from "./media-type.ts";

export interface ClientOptions {
  /** The encoding of calls, answers and events: JSON by default. */
  readonly mediaType?: MediaType;
  /** Sent with every call, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds from a call to its complete answer, or to the first event of a stream: 30,000 by default. */
  readonly timeoutMs?: number;
  /** Bytes of an answer: 256 MiB by default. */
  readonly maxResponseBytes?: number;
  /** Replaces the connections that the client makes itself, for proxies, TLS or Unix sockets; it is not closed with the client. */
  readonly dispatcher?: Dispatcher;
}

export interface CallOptions {
  /** Ends the call or the stream with CALL_ABORTED. */
  readonly signal?: AbortSignal;
}

/** An answer whose header is there. */
export interface Answer {
  readonly url: URL;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { destroy(): unknown };
}

/**
 * One API of a server: POSTs calls to it, follows masters to the one that leads, and turns every failure into a {@link ClientError}.
 *
 * Nothing is tried twice: whether a call may be repeated is known to the caller alone.
 */
export class Endpoint {
  readonly mediaType: MediaType;
  readonly #configured: URL;
  /** Where calls go: the leader, once a redirect has led there. */
  #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #maxResponseBytes: number;
  readonly #dispatcher: Dispatcher;
  readonly #ownsDispatcher: boolean;
  readonly #closing = new AbortController();

  /** `server` is `host:port` or an http or https URL. */
  constructor(server: string, path: string, options: ClientOptions) {
    this.#configured = new URL(path, /^https?:\/\//.test(server) ? server : `http://${server}`);
    this.#url = this.#configured;
    this.mediaType = options.mediaType ?? "application/json";
    this.#headers = options.headers ?? {};
    this.#timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
    this.#maxResponseBytes = options.maxResponseBytes ?? MAX_RESPONSE_BYTES;
    this.#dispatcher = options.dispatcher ?? new Agent();
    this.#ownsDispatcher = options.dispatcher === undefined;
  }

  /** What ends a call that begins now. */
  begin(caller: AbortSignal | undefined): CallScope {
    return new CallScope(this.#url, this.#timeoutMs, [this.#closing.signal, caller]);
  }

  /** POSTs a call; the answer has a 2xx status. */
  async post(body: Uint8Array, scope: CallScope, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    try {
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const answer = await this.#send(body, scope.signal, headers);
        if (answer.status !== 307) {
          return answer.status < 300 ? answer : await refuse(answer);
        }
        this.#follow(answer);
      }
      throw new ClientError("TOO_MANY_REDIRECTS", this.#configured, `More than ${MAX_REDIRECTS} redirects`);
    } catch (error) {
      // another master may lead by now: the configured one knows
      this.#url = this.#configured;
      throw scope.failure(error);
    }
  }

  /** The whole body of an answer. */
  async readBody(answer: Answer, scope: CallScope): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of answer.body) {
        size += chunk.length;
        if (size > this.#maxResponseBytes) {
          const message = `The answer is larger than ${this.#maxResponseBytes} bytes`;
          throw new ClientError("RESPONSE_INVALID", answer.url, message, { status: answer.status });
        }
        chunks.push(chunk);
      }
    } catch (error) {
      throw scope.failure(error);
    }
    return Buffer.concat(chunks);
  }

  /** Ends every call and stream with CALL_ABORTED, and the connections that are this client's own. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#ownsDispatcher) {
      await this.#dispatcher.destroy();
    }
  }

  async #send(body: Uint8Array, signal: AbortSignal, headers: Readonly<Record<string, string>>): Promise<Answer> {
    signal.throwIfAborted();
    const url = this.#url;
    const response = await request(url, {
      method: "POST",
      headers: { ...this.#headers, "content-type": this.mediaType, accept: this.mediaType, ...headers },
      body,
      signal,
      dispatcher: this.#dispatcher,
      // the scope has the deadline, a stream has none
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // a body that is given up unread tells it as an error; one that is read throws it to the reader
    response.body.on("error", () => {});
    return { url, status: response.statusCode, headers: response.headers, body: response.body };
  }

  #follow(answer: Answer): void {
    answer.body.destroy();
    const location = answer.headers.location;
    // Mesos sends it without a scheme: //host:port/path
    const url = typeof location === "string" ? URL.parse(location, answer.url.href) : null;
    if (url?.protocol !== "http:" && url?.protocol !== "https:") {
      throw new ClientError("RESPONSE_INVALID", answer.url, "A redirect without a Location", { status: 307 });
    }
    this.#url = url;
  }
}

async function refuse(answer: Answer): Promise<never> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_REFUSAL_CHARS) {
      // leaving the loop ends the connection
      break;
    }
  }
  const words = text.slice(0, MAX_REFUSAL_CHARS).trim() || "No reason given";
  throw new ClientError("CALL_REFUSED", answer.url, `${answer.status}: ${words}`, { status: answer.status });
}
