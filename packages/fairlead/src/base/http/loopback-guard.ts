import ipaddr from "ipaddr.js";
import type { HttpRequest } from "./http.ts";

/**
 * Why a request to a server on a loopback address is refused, or undefined when it is fine.
 *
 * Loopback keeps other machines out, but not the pages that a browser on this machine shows. A page of a foreign site reaches the server by
 * its own name rebound to 127.0.0.1 (a foreign `Host`), by fetch and forms (a foreign `Origin`, for whatever method: some of Mesos's GET
 * endpoints change state), and by script elements that read JSONP (no Origin, but `Sec-Fetch-Site: cross-site`). Following a link is fine:
 * the foreign page sees nothing of it. Programs send none of these headers but Host. A missing Host is fine too: no browser leaves it out.
 */
export function loopbackProblem(
  request: Pick<HttpRequest, "method" | "headers">,
  ownNames: readonly string[],
): string | undefined {
  const { host, origin } = request.headers;
  if (host !== undefined && host !== "" && !isOwn(hostOf(`http://${host}`), ownNames)) {
    return `Host '${host}' is not a name of this server`;
  }
  if (origin !== undefined && !isOwn(hostOf(origin), ownNames)) return `Origin '${origin}' is foreign`;
  if (request.headers["sec-fetch-site"] === "cross-site" && !isNavigation(request)) {
    return "the request was made by a page of a foreign site";
  }
  return undefined;
}

/** Whether `ip` can be reached from this machine alone. */
export function isLoopback(ip: string): boolean {
  return ipaddr.isValid(ip) && ipaddr.process(ip).range() === "loopback";
}

function isNavigation(request: Pick<HttpRequest, "method" | "headers">): boolean {
  return request.method === "GET" && request.headers["sec-fetch-mode"] === "navigate";
}

function isOwn(host: string | undefined, ownNames: readonly string[]): boolean {
  if (host === undefined) return false;
  return host === "localhost" || isLoopback(host) || ownNames.some((name) => name.toLowerCase() === host);
}

/** The host of a URL: in lower case, without port and brackets; undefined where there is none (`null`, `file://`). */
function hostOf(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hostname === "") return undefined;
  return parsed.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}
