import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { RecordDecoder } from "../recordio/record-decoder.ts";
import type { CallScope } from "./call-scope.ts";
import { ClientError } from "./client-error.ts";
import type { Answer } from "./endpoint.ts";
import { MAX_EVENT_BYTES } from "./limits.ts";
import { decodeMessage, type MediaType } from "./media-type.ts";

export interface EventStreamOptions<Desc extends DescMessage> {
  readonly schema: Desc;
  readonly mediaType: MediaType;
  readonly answer: Answer;
  readonly scope: CallScope;
}

/**
 * The events of a stream, one after the other.
 *
 * A stream never ends by itself: `next` throws a {@link ClientError} with STREAM_ENDED where the server closed it, STREAM_SILENT where
 * nothing came for longer than heartbeats allow, SERVER_UNREACHABLE where the connection broke, RESPONSE_INVALID where something came that
 * is no event, CALL_ABORTED where the caller's signal or the client ended it. After {@link close} it is done without an error.
 */
export class EventStream<Desc extends DescMessage> implements AsyncIterableIterator<MessageShape<Desc>> {
  readonly #options: EventStreamOptions<Desc>;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new RecordDecoder({ maxRecordBytes: MAX_EVENT_BYTES });
  readonly #events: MessageShape<Desc>[] = [];
  #closed = false;
  #maxSilenceMs: number | undefined;

  constructor(options: EventStreamOptions<Desc>) {
    this.#options = options;
    this.#chunks = options.answer.body[Symbol.asyncIterator]();
  }

  /** How long nothing may come while somebody waits for an event. */
  set maxSilenceMs(ms: number) {
    this.#maxSilenceMs = ms;
  }

  async next(): Promise<IteratorResult<MessageShape<Desc>, undefined>> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined && !this.#closed) {
        return { done: false, value: event };
      }
      if (this.#closed) {
        return { done: true, value: undefined };
      }
      try {
        await this.#read();
      } catch (error) {
        if (this.#closed) {
          continue;
        }
        this.close();
        throw this.#options.scope.failure(error);
      }
    }
  }

  /** Puts back an event, to be the next one. */
  unread(event: MessageShape<Desc>): void {
    this.#events.unshift(event);
  }

  /** Ends the stream and its connection; may be called again. */
  close(): void {
    this.#closed = true;
    this.#options.scope.release();
    this.#options.answer.body.destroy();
  }

  async return(): Promise<IteratorResult<MessageShape<Desc>, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #read(): Promise<void> {
    const { answer, schema, mediaType } = this.#options;
    const { done, value: chunk } = await this.#nextChunk();
    if (done === true) {
      throw new ClientError("STREAM_ENDED", answer.url, "The server closed the stream", { status: answer.status });
    }
    try {
      for (const record of this.#decoder.decode(chunk)) {
        this.#events.push(decodeMessage(mediaType, schema, record));
      }
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new ClientError("RESPONSE_INVALID", answer.url, message, { status: answer.status, cause });
    }
  }

  #nextChunk(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.next();
    const limitMs = this.#maxSilenceMs;
    if (limitMs === undefined) {
      return chunk;
    }
    const silence = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const message = `Nothing came for ${limitMs} ms`;
      silence.reject(new ClientError("STREAM_SILENT", this.#options.answer.url, message));
    }, limitMs);
    return Promise.race([chunk, silence.promise]).finally(() => clearTimeout(timer));
  }
}
