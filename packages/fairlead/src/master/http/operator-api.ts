import {
  create,
  type MessageInitShape,
  master,
  ResourceSchema,
  type Role,
  RoleSchema,
  Value_Type,
} from "@fairlead/mesos-api";
import { metricsSnapshot } from "../../base/endpoints/metrics-snapshot.ts";
import type { OperatorApi, OperatorHandler } from "../../base/endpoints/operator-call.ts";
import { namedValues, v1Reply } from "../../base/endpoints/v1-response.ts";
import { plainReply } from "../../base/http/replies.ts";
import { type KnownRole, knownRoles } from "./known-roles.ts";
import { sum } from "./roles.ts";
import type { MasterRouteOptions } from "./route-options.ts";
import type { ServedMaster } from "./served-master.ts";
import { teardown } from "./teardown.ts";
import { getAgents, getExecutors, getFrameworks, getState, getTasks } from "./v1-messages.ts";

const { CallSchema, ResponseSchema, Response_Type: Type } = master;

type Handler = OperatorHandler<master.Call>;
type Answer = MessageInitShape<typeof ResponseSchema>;

/** The operator calls of the master that are served; any other is answered with 501. */
export function masterOperatorApi(view: ServedMaster, options: MasterRouteOptions): OperatorApi<typeof CallSchema> {
  const { authorizer, config, version } = options;
  const answer =
    (make: () => Answer): Handler =>
    (_, { mediaType }) =>
      v1Reply(mediaType, ResponseSchema, create(ResponseSchema, make()));
  const answerTo =
    (action: "view_state" | "view_flags", make: () => Answer): Handler =>
    (call, context) =>
      authorizer.authorize(context.request.principal, action, { kind: "any" })
        ? answer(make)(call, context)
        : plainReply(403);

  const handlers: Record<string, Handler> = {
    GET_HEALTH: answer(() => ({ type: Type.GET_HEALTH, getHealth: { healthy: true } })),
    GET_VERSION: answer(() => ({ type: Type.GET_VERSION, getVersion: { versionInfo: version } })),
    GET_FLAGS: answerTo("view_flags", () => ({ type: Type.GET_FLAGS, getFlags: { flags: namedValues(config.flags) } })),
    GET_METRICS: answer(() => ({
      type: Type.GET_METRICS,
      getMetrics: { metrics: namedValues(metricsSnapshot(view.metrics())) },
    })),
    GET_STATE: answerTo("view_state", () => ({ type: Type.GET_STATE, getState: getState(view) })),
    GET_AGENTS: answerTo("view_state", () => ({ type: Type.GET_AGENTS, getAgents: getAgents(view) })),
    GET_FRAMEWORKS: answerTo("view_state", () => ({ type: Type.GET_FRAMEWORKS, getFrameworks: getFrameworks(view) })),
    GET_EXECUTORS: answerTo("view_state", () => ({ type: Type.GET_EXECUTORS, getExecutors: getExecutors(view) })),
    GET_TASKS: answerTo("view_state", () => ({ type: Type.GET_TASKS, getTasks: getTasks(view) })),
    GET_ROLES: answerTo("view_state", () => ({
      type: Type.GET_ROLES,
      getRoles: { roles: knownRoles(view, config).map(toRole) },
    })),
    GET_MASTER: answer(() => ({
      type: Type.GET_MASTER,
      getMaster: { masterInfo: view.info, startTime: view.startedMs / 1000, electedTime: view.electedMs / 1000 },
    })),
    TEARDOWN: (call, { request }) => teardown(view, call.teardown?.frameworkId?.value ?? "", request.principal),
  };
  return { schema: CallSchema, name: "master::Call", optional: new Set(), handlers: new Map(Object.entries(handlers)) };
}

/** A role with what is allocated or offered to it: of all resources the four that are always counted. */
function toRole(role: KnownRole): Role {
  const amounts = sum(role.allocated, role.offered);
  return create(RoleSchema, {
    name: role.name,
    weight: role.weight,
    frameworks: role.frameworks.map((value) => ({ value })),
    resources: ["cpus", "disk", "gpus", "mem"].flatMap((name) => {
      const value = amounts.get(name) ?? 0;
      return value === 0 ? [] : [create(ResourceSchema, { name, type: Value_Type.SCALAR, scalar: { value } })];
    }),
  });
}
