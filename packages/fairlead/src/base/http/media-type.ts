import type { MediaType } from "@fairlead/mesos-api";
import type { HttpRequest } from "./http.ts";

export const JSON_TYPE = "application/json";
export const PROTOBUF_TYPE = "application/x-protobuf";

/**
 * The encoding in which `request` wants its answer, or undefined for 406. JSON is asked for first: it wins where both are accepted.
 *
 * Source: the v1 handlers of apache/mesos, `acceptsMediaType`.
 */
export function acceptedMediaType(request: Pick<HttpRequest, "headers">): MediaType | undefined {
  const accept = request.headers.accept;
  if (acceptsMediaType(accept, JSON_TYPE)) return JSON_TYPE;
  if (acceptsMediaType(accept, PROTOBUF_TYPE)) return PROTOBUF_TYPE;
  return undefined;
}

/** Whether an Accept header allows `mediaType`; a missing one allows everything, and the most specific entry decides. */
function acceptsMediaType(accept: string | undefined, mediaType: string): boolean {
  if (accept === undefined) return true;
  const [type] = mediaType.split("/");
  return accepts(accept, [mediaType, `${type}/*`, "*/*"]);
}

/** Whether an Accept-Encoding header allows `coding`; a missing or empty one allows none. */
export function acceptsEncoding(acceptEncoding: string | undefined, coding: string): boolean {
  return acceptEncoding !== undefined && accepts(acceptEncoding, [coding, "*"]);
}

/** The media type that a Content-Type header names, without parameters: `application/json; charset=utf-8` is JSON. */
export function contentMediaType(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** The first candidate that the header names decides, by its weight: none or a positive one allows. */
function accepts(header: string, candidates: readonly string[]): boolean {
  const entries = header
    .toLowerCase()
    .replaceAll(/\s/g, "")
    .split(",")
    .map((entry) => entry.split(";"));
  for (const candidate of candidates) {
    const entry = entries.find(([name]) => name === candidate);
    if (entry === undefined) continue;
    const weight = entry.slice(1).find((parameter) => parameter.startsWith("q="));
    return weight === undefined || Number(weight.slice(2)) > 0;
  }
  return false;
}
