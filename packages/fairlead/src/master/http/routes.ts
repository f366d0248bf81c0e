import { metricsSnapshot } from "../../base/endpoints/metrics-snapshot.ts";
import { answerOperatorCall } from "../../base/endpoints/operator-call.ts";
import { processRoutes } from "../../base/endpoints/process-routes.ts";
import type { HttpHandler, HttpRequest, Route } from "../../base/http/http.ts";
import { jsonReply, plainReply } from "../../base/http/replies.ts";
import { answerAgent } from "./agent-api.ts";
import { frameworksDocument } from "./frameworks.ts";
import { knownRoles } from "./known-roles.ts";
import { masterOperatorApi } from "./operator-api.ts";
import { redirect } from "./redirect.ts";
import { rolesDocument } from "./roles.ts";
import type { MasterRouteOptions } from "./route-options.ts";
import { answerScheduler } from "./scheduler-api.ts";
import type { ServedMaster } from "./served-master.ts";
import { slavesDocument } from "./slaves.ts";
import { stateDocument } from "./state.ts";
import { stateSummaryDocument } from "./state-summary.ts";
import { tasksDocument } from "./tasks.ts";
import { teardownForm } from "./teardown.ts";

/** The endpoints of a master: v1 scheduler and operator APIs, the agents' protocol, and the old JSON documents. */
export function masterRoutes(master: ServedMaster, options: MasterRouteOptions): Route[] {
  const { config, version, authorizer, newStreamId } = options;
  const mayView = (request: HttpRequest) => authorizer.authorize(request.principal, "view_state", { kind: "any" });
  const whenRecovered =
    (handler: HttpHandler): HttpHandler =>
    (request) =>
      master.recovered ? handler(request) : plainReply(503, "Master has not finished recovery");
  /** Read by everybody who may view the state, with any method: some clients POST to these. */
  const document = (render: (request: HttpRequest) => string): HttpHandler =>
    whenRecovered((request) => (mayView(request) ? jsonReply(request, render(request)) : plainReply(403)));

  const operatorApi = masterOperatorApi(master, options);
  const state = document((request) =>
    stateDocument(master, {
      version,
      cluster: config.cluster,
      flags: authorizer.authorize(request.principal, "view_flags", { kind: "any" }) ? config.flags : undefined,
    }),
  );
  return [
    { path: "/api/v1", handler: whenRecovered((request) => answerOperatorCall(operatorApi, request)) },
    { path: "/api/v1/scheduler", handler: whenRecovered((request) => answerScheduler(master, newStreamId, request)) },
    { path: "/api/internal/v1/agent", handler: whenRecovered((request) => answerAgent(master, newStreamId, request)) },
    { path: "/state", handler: state },
    { path: "/state.json", handler: state },
    { path: "/state-summary", handler: document(() => stateSummaryDocument(master, config.cluster)) },
    {
      path: "/slaves",
      handler: document((request) => slavesDocument(master, request.query.get("slave_id") ?? request.rest[0])),
    },
    {
      path: "/frameworks",
      handler: document((request) => frameworksDocument(master, request.query.get("framework_id") ?? undefined)),
    },
    { path: "/tasks", handler: document((request) => tasksDocument(master, request.query)) },
    { path: "/roles", handler: document(() => rolesDocument(knownRoles(master, config))) },
    { path: "/teardown", handler: whenRecovered((request) => teardownForm(master, request)) },
    { path: "/redirect", handler: (request) => redirect(master.info, request) },
    ...processRoutes({ version, flags: config.flags, authorizer, metrics: () => metricsSnapshot(master.metrics()) }),
  ];
}
