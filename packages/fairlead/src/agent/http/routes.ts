import { answerOperatorCall, notServed } from "../../base/endpoints/operator-call.ts";
import { processRoutes } from "../../base/endpoints/process-routes.ts";
import type { HttpHandler, HttpRequest, Route } from "../../base/http/http.ts";
import { jsonReply, plainReply } from "../../base/http/replies.ts";
import { containersDocument, parseContainerFilter, reportContainers, statisticsDocument } from "./containers.ts";
import { fileRoutes } from "./files/routes.ts";
import { agentMetrics } from "./metrics.ts";
import { agentOperatorApi } from "./operator-api.ts";
import type { AgentRouteOptions } from "./route-options.ts";
import type { ServedAgent } from "./served-agent.ts";
import { stateDocument } from "./state.ts";

/** The endpoints of an agent: the v1 operator API and the old JSON documents. */
export function agentRoutes(agent: ServedAgent, options: AgentRouteOptions): Route[] {
  const { config, version, authorizer, clock } = options;
  const may = (request: HttpRequest, action: "view_state" | "view_flags" | "view_container") =>
    authorizer.authorize(request.principal, action, { kind: "any" });
  const whenRecovered =
    (handler: HttpHandler): HttpHandler =>
    (request) =>
      agent.recovered ? handler(request) : plainReply(503, "Agent has not finished recovery");
  const operatorApi = agentOperatorApi(agent, options);

  return [
    {
      path: "/api/v1",
      handler: whenRecovered((request) =>
        // only one call comes as a stream of records
        request.headers["content-type"] === "application/recordio"
          ? notServed("ATTACH_CONTAINER_INPUT")
          : answerOperatorCall(operatorApi, request),
      ),
    },
    {
      path: "/state",
      handler: whenRecovered((request) => {
        if (!may(request, "view_state")) return plainReply(403);
        const flags = may(request, "view_flags") ? config.flags : undefined;
        return jsonReply(request, stateDocument(agent, version, flags));
      }),
    },
    {
      path: "/containers",
      handler: whenRecovered(async (request) => {
        if (!may(request, "view_container")) return plainReply(403);
        const filter = parseContainerFilter(request.query);
        if (typeof filter === "string") return plainReply(400, filter);
        const reports = await reportContainers(agent, filter, { status: true, statistics: true }, options);
        return jsonReply(request, containersDocument(reports));
      }),
    },
    {
      path: "/monitor/statistics",
      handler: whenRecovered(async (request) => {
        if (!may(request, "view_container")) return plainReply(403);
        const reports = await reportContainers(agent, {}, { status: false, statistics: true }, options);
        return jsonReply(request, statisticsDocument(reports));
      }),
    },
    ...fileRoutes(agent, authorizer).map(({ path, handler }) => ({ path, handler: whenRecovered(handler) })),
    ...processRoutes({ version, flags: config.flags, authorizer, metrics: () => agentMetrics(agent, clock) }),
  ];
}
