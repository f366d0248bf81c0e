import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Authorizer } from "../authorizer.ts";
import type { Clock } from "../clock.ts";
import { errorText, FairleadError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { answer, type Edge } from "./answer.ts";
import type { HttpServer, Route, StreamReply } from "./http.ts";
import { DEFAULT_HTTP_LIMITS, type HttpLimits, TCP_KEEP_ALIVE_MS } from "./limits.ts";
import { isLoopback } from "./loopback-guard.ts";
import { ResponseStream } from "./response-stream.ts";
import { createRouter, type ProcessName } from "./router.ts";
import { isSource, isStream, sendSource, sendStreamHeader, sendWhole } from "./send-reply.ts";

export interface ServeOptions {
  /** The address to listen on; on a loopback address requests with a foreign Host or Origin are refused. */
  readonly ip: string;
  /** 0: a free one. */
  readonly port: number;
  readonly process: ProcessName;
  readonly routes: readonly Route[];
  /** Of one request, inflated. */
  readonly maxBodyBytes: number;
  /** What the reader of one stream may leave unread. */
  readonly maxUnreadBytes: number;
  readonly authorizer: Authorizer;
  readonly log: Logger;
  readonly clock: Clock;
  /** Names besides `localhost` and the loopback addresses by which a server on a loopback address is called. */
  readonly ownNames?: readonly string[];
  readonly limits?: Partial<HttpLimits>;
}

/**
 * Serves `routes` over HTTP/1.1 with the rules of libprocess (see `router.ts`, `replies.ts`).
 *
 * Every request passes `authorizer` with `get_endpoint` on its route before its handler; handlers ask for finer actions themselves. `open` of
 * a StreamReply is called exactly once, also when the peer has left meanwhile: its stream ends at once then.
 *
 * Errors: ADDRESS_UNAVAILABLE.
 */
export async function serve(options: ServeOptions): Promise<HttpServer> {
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
  const edge: Edge = {
    router: createRouter(options.process, options.routes),
    authorizer: options.authorizer,
    maxBodyBytes: options.maxBodyBytes,
    bodyBudget: { maxBytes: limits.maxBodyBytesInFlight, usedBytes: 0 },
    loopbackNames: isLoopback(options.ip) ? (options.ownNames ?? []) : undefined,
    log: options.log,
  };
  const streams = new Set<ResponseStream>();

  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startMs = options.clock.monotonic();
    const path = request.url ?? "/";
    const remoteAddress = request.socket.remoteAddress;
    // handlers may take their time, and what watched the answer before on this connection does not watch this one
    request.socket.setTimeout(0);
    const result = await answer(edge, request, path);
    const durationMs = options.clock.monotonic() - startMs;
    const fields = { method: request.method, path, status: result.status, durationMs, remoteAddress };
    options.log.debug(fields, "a request was answered");
    try {
      if (isStream(result)) openStream(response, result);
      else if (isSource(result)) await sendSource(response, result, limits.stalledAnswerTimeoutMs);
      else await sendWhole(response, result, request.headers["accept-encoding"], limits.stalledAnswerTimeoutMs);
    } catch (err) {
      options.log.error({ err, path }, "an answer could not be written: its connection was closed");
      response.destroy();
    }
  };

  const openStream = (response: ServerResponse, reply: StreamReply): void => {
    const stream = new ResponseStream(response, {
      maxUnreadBytes: options.maxUnreadBytes,
      stalledTimeoutMs: limits.stalledAnswerTimeoutMs,
      log: options.log,
    });
    streams.add(stream);
    stream.onEnd(() => streams.delete(stream));
    try {
      if (!response.destroyed) sendStreamHeader(response, reply);
    } finally {
      // whatever became of the header: the owner may hold the stream already, and has to hear of its end
      reply.open(stream);
    }
  };

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.timeoutCheckIntervalMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    },
    (request, response) => void onRequest(request, response),
  );
  server.maxConnections = limits.maxConnections;
  await listen(server, options.ip, options.port);

  return {
    ip: options.ip,
    port: listeningPort(server),
    async close() {
      for (const stream of streams) stream.end();
      // the ends of the streams are written when this turn of the event loop is over; then every connection is cut
      await new Promise((resolve) => setImmediate(resolve));
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, ip: string, port: number): Promise<void> {
  try {
    const listening = once(server, "listening");
    server.listen({ host: ip, port });
    await listening;
  } catch (cause) {
    throw new FairleadError("ADDRESS_UNAVAILABLE", `cannot listen on ${ip}, port ${port}: ${errorText(cause)}`, {
      data: { ip, port },
      cause,
    });
  }
}

function listeningPort(server: Server): number {
  const address = server.address();
  assert(address !== null && typeof address === "object", "a server that listens on TCP has an address");
  return address.port;
}
