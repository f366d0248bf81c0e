import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { HttpReply, SourceReply, StreamReply, WholeReply } from "./http.ts";
import { GZIP_LEVEL, GZIP_MINIMUM_BYTES } from "./limits.ts";
import { acceptsEncoding } from "./media-type.ts";

const compress = promisify(gzip);

/** Whether an answer goes on after it was begun. */
export function isStream(reply: HttpReply): reply is StreamReply {
  return "open" in reply;
}

/** Whether the body of an answer is taken from a source. */
export function isSource(reply: HttpReply): reply is SourceReply {
  return "source" in reply;
}

/**
 * Sends an answer from its source, not faster than the peer takes it. A source that breaks, or ends early, breaks the connection: the peer
 * must not take a part for the whole.
 */
export async function sendSource(
  response: ServerResponse,
  { status, headers, contentType, sizeBytes, source }: SourceReply,
  stalledTimeoutMs: number,
): Promise<void> {
  response.socket?.setTimeout(stalledTimeoutMs);
  try {
    if (!response.destroyed) {
      response.writeHead(status, { ...headers, "Content-Type": contentType, "Content-Length": String(sizeBytes) });
    }
  } catch (error) {
    source.destroy();
    throw error;
  }
  // what goes wrong has broken the connection: there is nobody left to tell
  await pipeline(exactly(source, sizeBytes), response).catch(() => {});
}

async function* exactly(source: Readable, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let sentBytes = 0;
  for await (const chunk of source) {
    sentBytes += chunk.length;
    yield chunk;
  }
  if (sentBytes !== sizeBytes) throw new Error(`the source has ${sentBytes} bytes, not ${sizeBytes}`);
}

/**
 * Sends a whole answer, compressed if it is large and the peer accepts that. Header names keep their case and values their text: some clients
 * compare both exactly. A peer that takes nothing for `stalledTimeoutMs` is cut off.
 */
export async function sendWhole(
  response: ServerResponse,
  reply: WholeReply,
  acceptEncoding: string | undefined,
  stalledTimeoutMs: number,
): Promise<void> {
  let body = toBuffer(reply.body ?? "");
  const headers: Record<string, string> = { ...reply.headers };
  if (body.length > 0 && reply.contentType !== undefined) headers["Content-Type"] = reply.contentType;
  if (
    body.length >= GZIP_MINIMUM_BYTES &&
    headers["Content-Encoding"] === undefined &&
    acceptsEncoding(acceptEncoding, "gzip")
  ) {
    body = await compress(body, { level: GZIP_LEVEL });
    headers["Content-Encoding"] = "gzip";
  }
  headers["Content-Length"] = String(body.length);
  response.socket?.setTimeout(stalledTimeoutMs);
  response.writeHead(reply.status, headers);
  await endAfterRequest(response, body);
}

/**
 * Ends an answer once the whole request is in, which may have been refused half way; what is left of it is dropped. The answer itself is sent
 * before: where the connection is to be closed with it, whoever is still sending would see a reset in its place. The request timeout bounds it.
 */
async function endAfterRequest(response: ServerResponse, body: Uint8Array): Promise<void> {
  const { req: request } = response;
  if (request.complete || request.destroyed) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  if (body.length > 0) response.write(body);
  request.resume();
  // a peer that leaves half way needs no end
  await finished(request, { writable: false }).catch(() => {});
  response.end();
}

/** The bytes themselves, not a copy: rendered state is large, and sent many times. */
function toBuffer(body: string | Uint8Array): Buffer {
  return typeof body === "string" ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** Sends the header of a streamed answer at once, so that the peer knows that it is connected before there is anything to tell. */
export function sendStreamHeader(response: ServerResponse, reply: StreamReply): void {
  response.writeHead(reply.status, { ...reply.headers, "Content-Type": reply.contentType });
  response.flushHeaders();
}
