import type { IncomingMessage } from "node:http";
import type { Authorizer, Principal } from "../authorizer.ts";
import { FairleadError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { errorReply } from "./error-reply.ts";
import type { HttpReply, HttpRequest } from "./http.ts";
import { loopbackProblem } from "./loopback-guard.ts";
import { type BodyBudget, readBody } from "./read-body.ts";
import { plainReply } from "./replies.ts";
import { queryOf, type Router } from "./router.ts";

/** What every request of one server meets on its way to a handler. */
export interface Edge {
  readonly router: Router;
  readonly authorizer: Authorizer;
  readonly maxBodyBytes: number;
  readonly bodyBudget: BodyBudget;
  /** The names by which a server on a loopback address may be called; undefined: the server is open to others and does not look. */
  readonly loopbackNames: readonly string[] | undefined;
  readonly log: Logger;
}

/**
 * Finds the answer to a request: loopback guard, route, authorisation, body, handler, in this order, so that a body is read only for
 * somebody who may send it. Never rejects: whatever is thrown on the way becomes an answer, and what nobody expected is logged.
 */
export async function answer(edge: Edge, incoming: IncomingMessage, target: string): Promise<HttpReply> {
  try {
    return await route(edge, incoming, target);
  } catch (err) {
    const { reply, expected } = errorReply(err);
    const fields = { err, method: incoming.method, path: target, status: reply.status };
    if (expected) edge.log.debug(fields, "a request was refused");
    else edge.log.error(fields, "a request could not be answered");
    return reply;
  }
}

async function route(edge: Edge, incoming: IncomingMessage, target: string): Promise<HttpReply> {
  const method = incoming.method ?? "GET";
  // only set-cookie, which servers send, is ever an array
  const headers = incoming.headers as HttpRequest["headers"];
  if (edge.loopbackNames !== undefined) {
    const problem = loopbackProblem({ method, headers }, edge.loopbackNames);
    if (problem !== undefined) throw new FairleadError("HOST_FORBIDDEN", problem);
  }

  const match = edge.router.match(target);
  if (match === "malformed") throw new FairleadError("REQUEST_INVALID", "The path of the request is not well formed");
  if (match === undefined) return plainReply(404);

  // Authentication is off, so an Authorization header is ignored, as in Mesos: some clients always send one.
  const principal: Principal = undefined;
  // the route, not the path: no spelling of an endpoint gets around a rule about it
  if (!edge.authorizer.authorize(principal, "get_endpoint", { kind: "endpoint", value: match.route.path })) {
    return plainReply(403);
  }

  const body = await readBody(incoming, edge.maxBodyBytes, edge.bodyBudget);
  return await match.route.handler({
    method,
    path: match.path,
    rest: match.rest,
    query: new URLSearchParams(queryOf(target)),
    headers,
    principal,
    body,
    remoteAddress: incoming.socket.remoteAddress ?? "",
  });
}
