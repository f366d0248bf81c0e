import type { Readable } from "node:stream";
import type { Principal } from "../authorizer.ts";

/** A request as handlers see it: routed, inflated, bounded. */
export interface HttpRequest {
  readonly method: string;
  /** The path as it was asked for, percent-decoded, without the query. */
  readonly path: string;
  /** What stands behind the matched route, split at slashes: `["S0"]` for `/slaves/S0` on the route `/slaves`. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly principal: Principal;
  /** The whole body, at most `maxBodyBytes`; empty if there was none. */
  readonly body: Uint8Array;
  /** The address of the peer, for logs. */
  readonly remoteAddress: string;
}

/** The writing end of a streamed answer; ends itself when the peer leaves more than the bound unread. */
export interface ByteStream {
  /** Whether what is written now goes nowhere; `onEnd` may be called a little later. */
  readonly ended: boolean;
  /** Flushes at once; does nothing when the stream has ended. */
  write(chunk: Uint8Array): void;
  end(): void;
  /** Calls `callback` once, when the stream has ended for whatever reason. */
  onEnd(callback: () => void): void;
}

/** A whole answer. `contentType` is sent exactly as given; an empty body has none. */
export interface WholeReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
}

/** An answer that goes on: chunked, without Content-Length, each write flushed. `open` is called once the header is sent. */
export interface StreamReply {
  readonly status: 200;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly open: (stream: ByteStream) => void;
}

/** An answer of known size that is taken from `source` at the pace of the peer; `source` is destroyed at its end, whatever that is. */
export interface SourceReply {
  readonly status: 200;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly source: Readable;
}

export type HttpReply = WholeReply | StreamReply | SourceReply;

export type HttpHandler = (request: HttpRequest) => HttpReply | Promise<HttpReply>;

/**
 * A route of Mesos: matched by longest prefix at slashes, with trailing slashes trimmed, for every method; the handler refuses methods itself.
 *
 * `path` begins with a slash. The server adds the aliases of its process (`/master/state` for `/state`, `/slave(1)/state` on agents).
 */
export interface Route {
  readonly path: string;
  readonly handler: HttpHandler;
}

export interface HttpServer {
  readonly ip: string;
  /** The port it listens on: a free one where 0 was asked for. */
  readonly port: number;
  /** Stops listening, ends all streams and connections. */
  close(): Promise<void>;
}
