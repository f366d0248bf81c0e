import assert from "node:assert/strict";
import { METHODS, type ServerResponse } from "node:http";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from "fastify";
import type { Authorizer } from "../authorizer.ts";
import type { Clock } from "../clock.ts";
import { errorText, FairleadError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { answer, type Edge } from "./answer.ts";
import type { HttpServer, Route, StreamReply } from "./http.ts";
import { DEFAULT_HTTP_LIMITS, type HttpLimits, TCP_KEEP_ALIVE_MS } from "./limits.ts";
import { isLoopback } from "./loopback-guard.ts";
import { plainReply } from "./replies.ts";
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

  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // our answers are written by ourselves, to the byte: see sendWhole
    reply.hijack();
    const response = reply.raw;
    const startMs = options.clock.monotonic();
    // handlers may take their time, and what watched the answer before on this connection does not watch this one
    request.raw.socket.setTimeout(0);
    const result = await answer(edge, request.raw, request.originalUrl);
    options.log.debug(
      {
        method: request.method,
        path: request.originalUrl,
        status: result.status,
        durationMs: options.clock.monotonic() - startMs,
        remoteAddress: request.ip,
      },
      "a request was answered",
    );
    try {
      if (isStream(result)) openStream(response, result);
      else if (isSource(result)) await sendSource(response, result, limits.stalledAnswerTimeoutMs);
      else await sendWhole(response, result, request.headers["accept-encoding"], limits.stalledAnswerTimeoutMs);
    } catch (err) {
      options.log.error(
        { err, path: request.originalUrl },
        "an answer could not be written: its connection was closed",
      );
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

  const app = createApp(limits, onRequest, options.log);
  try {
    await app.listen({ host: options.ip, port: options.port });
  } catch (cause) {
    await app.close();
    throw new FairleadError(
      "ADDRESS_UNAVAILABLE",
      `cannot listen on ${options.ip}, port ${options.port}: ${errorText(cause)}`,
      {
        data: { ip: options.ip, port: options.port },
        cause,
      },
    );
  }
  app.server.maxConnections = limits.maxConnections;

  return {
    ip: options.ip,
    port: listeningPort(app),
    async close() {
      for (const stream of streams) stream.end();
      // the ends of the streams are written when this turn of the event loop is over; then app.close cuts every connection
      await new Promise((resolve) => setImmediate(resolve));
      await app.close();
    },
  };
}

/**
 * A fastify without its own routing and body parsing: everything arrives at one route, as it was sent. Its part is the life of the server and
 * of its connections.
 */
function createApp(
  limits: HttpLimits,
  onRequest: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
  log: Logger,
): FastifyInstance {
  const app = fastify({
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.timeoutCheckIntervalMs,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    },
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    rewriteUrl: () => "/",
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method) && method !== "CONNECT") app.addHttpMethod(method, { hasBody: true });
  }
  app.route({ method: app.supportedMethods as HTTPMethods[], url: "/", handler: onRequest });
  // what fastify refuses by itself: a Content-Type that is none
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, path: request.originalUrl }, "a request could not be answered");
    const { contentType, body } = plainReply(status);
    if (contentType !== undefined) void reply.type(contentType);
    return reply.code(status).send(body);
  });
  return app;
}

function listeningPort(app: FastifyInstance): number {
  const address = app.server.address();
  assert(address !== null && typeof address === "object", "a server that listens on TCP has an address");
  return address.port;
}
