import type { Route } from "./http.ts";

/** The process whose endpoints a server has: its name is an alias in front of every route, as in libprocess. */
export type ProcessName = "master" | "slave(1)";

export interface RouteMatch {
  readonly route: Route;
  /** The path as it was asked for, percent-decoded. */
  readonly path: string;
  /** The decoded segments behind the route. */
  readonly rest: readonly string[];
}

/** How a request target was taken: a match, an encoding that is not one, or nothing. */
export type RouteResult = RouteMatch | "malformed" | undefined;

export interface Router {
  /** Finds the route of a request target (`/slaves/S0?x=1`, or the absolute form that proxies send). Pure. */
  match(target: string): RouteResult;
}

/**
 * Makes a router with libprocess's rules: the longest prefix at slashes wins, empty segments (doubled and trailing slashes) do not count, the
 * process's name in front is skipped, and a path with `..` in it is never found. The route `/` matches itself alone.
 *
 * Segments are decoded after the split, so an encoded slash never makes a segment. Throws for a route that is given twice: a bug.
 *
 * Source: libprocess `process.cpp`, `ProcessManager::handle` and `ProcessBase::consume`.
 */
export function createRouter(process: ProcessName, routes: readonly Route[]): Router {
  const table = new Map<string, Route>();
  let deepest = 0;
  for (const route of routes) {
    const segments = route.path.split("/").filter((segment) => segment !== "");
    const key = segments.join("/");
    if (table.has(key)) throw new Error(`two routes for /${key}`);
    table.set(key, route);
    deepest = Math.max(deepest, segments.length);
  }

  return {
    match(target) {
      const encodedPath = pathOf(target);
      if (encodedPath === undefined) return "malformed";
      const segments = decodeSegments(encodedPath);
      if (segments === undefined) return "malformed";
      if (segments.includes("..")) return undefined;
      const own = segments[0] === process ? segments.slice(1) : segments;
      for (let length = Math.min(own.length, deepest); length >= 0; length--) {
        if (length === 0 && own.length > 0) return undefined;
        const head = own.slice(0, length);
        // an encoded slash in a segment would make it look like two
        if (head.some((segment) => segment.includes("/"))) continue;
        const route = table.get(head.join("/"));
        if (route !== undefined) return { route, path: decodeURIComponent(encodedPath), rest: own.slice(length) };
      }
      return undefined;
    },
  };
}

/** The query of a request target, without its question mark. */
export function queryOf(target: string): string {
  const mark = target.indexOf("?");
  return mark < 0 ? "" : target.slice(mark + 1);
}

function pathOf(target: string): string | undefined {
  const mark = target.indexOf("?");
  const beforeQuery = mark < 0 ? target : target.slice(0, mark);
  if (beforeQuery.startsWith("/")) return beforeQuery;
  const absolute = /^https?:\/\/[^/]*(\/.*)?$/i.exec(beforeQuery);
  return absolute === null ? undefined : (absolute[1] ?? "/");
}

function decodeSegments(encodedPath: string): readonly string[] | undefined {
  try {
    return encodedPath
      .split("/")
      .filter((segment) => segment !== "")
      .map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}
