import type { HttpReply, HttpRequest, WholeReply } from "./http.ts";
import { MAX_JSONP_CHARS } from "./limits.ts";
import { JSON_TYPE } from "./media-type.ts";

const PLAIN_TEXT = "text/plain; charset=utf-8";

/** What Mesos says when nothing more specific is known. Statuses without an entry have no body. Source: libprocess `http.hpp`. */
const DEFAULT_BODIES: Readonly<Record<number, string>> = {
  400: "400 Bad Request.",
  401: "401 Unauthorized.",
  403: "403 Forbidden.",
  404: "404 Not Found.",
  406: "406 Not Acceptable.",
  409: "409 Conflict.",
  412: "412 Precondition Failed.",
  413: "413 Request Entity Too Large.",
  415: "415 Unsupported Media Type.",
  500: "500 Internal Server Error.",
  501: "501 Not Implemented.",
  503: "503 Service Unavailable.",
};

/**
 * An answer in plain text: `message`, or else the default body of `status`. 200 and 202 without a message are empty, and then carry no
 * Content-Type: clients refuse an empty answer that has one.
 */
export function plainReply(status: number, message?: string, headers?: Readonly<Record<string, string>>): WholeReply {
  const body = message ?? DEFAULT_BODIES[status] ?? "";
  return {
    status,
    ...(headers === undefined ? {} : { headers }),
    ...(body === "" ? {} : { contentType: PLAIN_TEXT, body }),
  };
}

/**
 * A JSON answer: `json` is text that is sent as it is, anything else is written by `JSON.stringify`. With `?jsonp=name` it becomes a call of
 * that function; a name that is none is 400, because whatever stands there runs in the page that asked.
 */
export function jsonReply(request: Pick<HttpRequest, "query">, json: unknown): WholeReply {
  const text = typeof json === "string" ? json : JSON.stringify(json);
  const callback = request.query.get("jsonp");
  if (callback === null || callback === "") return { status: 200, contentType: JSON_TYPE, body: text };
  if (!isCallbackName(callback)) return plainReply(400, "Expecting 'jsonp' to be the name of a function");
  return {
    status: 200,
    contentType: "text/javascript",
    headers: { "X-Content-Type-Options": "nosniff" },
    body: `${callback}(${text})`,
  };
}

/** 405 with `Allow`, unless the method of `request` is among `allowed`. For the endpoints whose method Mesos checks: many it does not. */
export function refuseMethod(
  request: Pick<HttpRequest, "method">,
  allowed: readonly [string, ...string[]],
): WholeReply | undefined {
  if (allowed.includes(request.method)) return undefined;
  const names = allowed.map((name) => `'${name}'`).join(", ");
  return plainReply(405, `405 Method Not Allowed. Expecting one of { ${names} }, but received '${request.method}'.`, {
    Allow: allowed.join(", "),
  });
}

/** Whether what a helper returned is the answer itself, not what it was asked for: replies have a status, messages do not. */
export function isReply(value: object): value is HttpReply {
  return "status" in value && typeof value.status === "number";
}

/** A JavaScript expression of names, dots and indices, such as `jQuery1_2`, `angular.callbacks._0` or `cb[0]`. */
function isCallbackName(text: string): boolean {
  return text.length <= MAX_JSONP_CHARS && /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*|\[\d+\])*$/.test(text);
}
