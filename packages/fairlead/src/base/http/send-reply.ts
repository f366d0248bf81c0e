import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { HttpReply, StreamReply, WholeReply } from "./http.ts";
import { GZIP_LEVEL, GZIP_MINIMUM_BYTES } from "./limits.ts";
import { acceptsEncoding } from "./media-type.ts";

const compress = promisify(gzip);

/** Whether an answer goes on after it was begun. */
export function isStream(reply: HttpReply): reply is StreamReply {
  return "open" in reply;
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
  let body = Buffer.from(reply.body ?? "");
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
  response.end(body);
}

/** Sends the header of a streamed answer at once, so that the peer knows that it is connected before there is anything to tell. */
export function sendStreamHeader(response: ServerResponse, reply: StreamReply): void {
  response.writeHead(reply.status, { ...reply.headers, "Content-Type": reply.contentType });
  response.flushHeaders();
}
