import { DurationError, parseDuration, type VersionInfo, VersionInfoSchema, v0, writeJson } from "@fairlead/mesos-api";
import type { Authorizer } from "../authorizer.ts";
import type { HttpReply, HttpRequest, Route } from "../http/http.ts";
import { jsonReply, plainReply } from "../http/replies.ts";
import { flagsText } from "./state-members.ts";
import { readSystemLoad, systemStats } from "./system-metrics.ts";

/** What a master and an agent tell of themselves in the same way. */
export interface ProcessFacts {
  readonly version: VersionInfo;
  /** Every flag that has a value, as text. */
  readonly flags: ReadonlyMap<string, string>;
  readonly authorizer: Authorizer;
  /** The whole list, with `system/`. */
  metrics(): ReadonlyMap<string, number>;
}

/** The endpoints of every process, which answer from its first moment on: health, version, flags, metrics, machine. */
export function processRoutes(facts: ProcessFacts): Route[] {
  return [
    { path: "/health", handler: () => plainReply(200) },
    { path: "/version", handler: (request) => jsonReply(request, writeJson(VersionInfoSchema, facts.version)) },
    { path: "/flags", handler: (request) => flags(request, facts) },
    { path: "/metrics/snapshot", handler: (request) => metrics(request, facts) },
    {
      path: "/system/stats.json",
      handler: (request) => jsonReply(request, systemStats(readSystemLoad())),
    },
  ];
}

function flags(request: HttpRequest, facts: ProcessFacts): HttpReply {
  if (!facts.authorizer.authorize(request.principal, "view_flags", { kind: "any" })) {
    return plainReply(403);
  }
  return jsonReply(request, v0.jsonObject([["flags", flagsText(facts.flags)]]));
}

function metrics(request: HttpRequest, facts: ProcessFacts): HttpReply {
  const timeout = request.query.get("timeout");
  if (timeout !== null) {
    try {
      // the snapshot is taken at once: a timeout that can be read is always kept
      parseDuration(timeout);
    } catch (error) {
      if (!(error instanceof DurationError)) throw error;
      return plainReply(400, `Invalid timeout '${timeout}': ${error.message}.\n`);
    }
  }
  return jsonReply(
    request,
    v0.jsonObject(Array.from(facts.metrics(), ([name, value]): v0.Member => [name, v0.jsonDouble(value)])),
  );
}
