import { dirname, join } from "node:path";
import type { Authorizer } from "../../../base/authorizer.ts";
import type { HttpReply, HttpRequest } from "../../../base/http/http.ts";
import { plainReply } from "../../../base/http/replies.ts";
import type { AgentView } from "../../entities.ts";
import { MAX_PATH_CHARS } from "../limits.ts";

/** A directory that may be read over HTTP, and what was asked for below it. */
export interface AttachedPath {
  /** The sandbox. */
  readonly root: string;
  /** Without a slash in front; empty for the sandbox itself. As it was asked for: it may try to climb out. */
  readonly rest: string;
}

/**
 * The sandboxes of all executors, living and completed, under the three names that Mesos gives each: its real path, the `latest` run of its
 * executor, and `/frameworks/<F>/executors/<E>/runs/latest`.
 */
export function attachedPaths(agent: AgentView): Map<string, string> {
  const paths = new Map<string, string>();
  for (const framework of [...agent.completedFrameworks, ...agent.frameworks.values()]) {
    // the living come last: `latest` is theirs
    for (const { id, directory } of [...framework.completedExecutors, ...framework.executors.values()]) {
      paths.set(directory, directory);
      paths.set(join(dirname(directory), "latest"), directory);
      paths.set(`/frameworks/${framework.id}/executors/${id}/runs/latest`, directory);
    }
  }
  return paths;
}

export function mayAccess(authorizer: Authorizer, { principal }: HttpRequest): boolean {
  return authorizer.authorize(principal, "access_sandbox", { kind: "any" });
}

/** Answers a request for the file at `requested` with `answer`, if it lies in a sandbox and the request may see one. */
export function ifAttached(
  agent: AgentView,
  authorizer: Authorizer,
  request: HttpRequest,
  requested: string,
  answer: (path: AttachedPath, requested: string) => HttpReply | Promise<HttpReply>,
): HttpReply | Promise<HttpReply> {
  if (!mayAccess(authorizer, request)) return plainReply(403);
  const path = findAttached(attachedPaths(agent), requested);
  return path === undefined ? plainReply(404) : answer(path, requested);
}

/** Finds the sandbox that a path lies in, by its longest prefix; undefined where there is none. */
export function findAttached(paths: ReadonlyMap<string, string>, path: string): AttachedPath | undefined {
  if (path.length > MAX_PATH_CHARS) return undefined;
  const segments = path.replace(/\/$/, "").split("/");
  for (let length = segments.length; length > 0; length--) {
    const root = paths.get(segments.slice(0, length).join("/"));
    if (root !== undefined) return { root, rest: segments.slice(length).join("/") };
  }
  return undefined;
}
