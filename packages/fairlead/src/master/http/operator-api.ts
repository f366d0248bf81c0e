import { create, master, ResourceSchema, type Role, RoleSchema, Value_Type } from "@fairlead/mesos-api";
import { metricsSnapshot } from "../../base/endpoints/metrics-snapshot.ts";
import { operatorAnswers } from "../../base/endpoints/operator-answers.ts";
import type { OperatorApi, OperatorHandler } from "../../base/endpoints/operator-call.ts";
import { namedValues } from "../../base/endpoints/v1-response.ts";
import { addAmounts, type KnownRole, knownRoles } from "./known-roles.ts";
import type { MasterRouteOptions } from "./route-options.ts";
import type { ServedMaster } from "./served-master.ts";
import { teardown } from "./teardown.ts";
import { getAgents, getExecutors, getFrameworks, getState, getTasks } from "./v1-messages.ts";

const { CallSchema, ResponseSchema, Response_Type: Type } = master;

type Handler = OperatorHandler<master.Call>;

/** The operator calls of the master that are served; any other is answered with 501. */
export function masterOperatorApi(view: ServedMaster, options: MasterRouteOptions): OperatorApi<typeof CallSchema> {
  const { authorizer, config, version } = options;
  const { always, whereMay } = operatorAnswers(ResponseSchema, authorizer);
  const handlers: Record<string, Handler> = {
    GET_HEALTH: always(() => ({ type: Type.GET_HEALTH, getHealth: { healthy: true } })),
    GET_VERSION: always(() => ({ type: Type.GET_VERSION, getVersion: { versionInfo: version } })),
    GET_FLAGS: whereMay("view_flags", () => ({ type: Type.GET_FLAGS, getFlags: { flags: namedValues(config.flags) } })),
    GET_METRICS: always(() => ({
      type: Type.GET_METRICS,
      getMetrics: { metrics: namedValues(metricsSnapshot(view.metrics())) },
    })),
    GET_STATE: whereMay("view_state", () => ({ type: Type.GET_STATE, getState: getState(view) })),
    GET_AGENTS: whereMay("view_state", () => ({ type: Type.GET_AGENTS, getAgents: getAgents(view) })),
    GET_FRAMEWORKS: whereMay("view_state", () => ({ type: Type.GET_FRAMEWORKS, getFrameworks: getFrameworks(view) })),
    GET_EXECUTORS: whereMay("view_state", () => ({ type: Type.GET_EXECUTORS, getExecutors: getExecutors(view) })),
    GET_TASKS: whereMay("view_state", () => ({ type: Type.GET_TASKS, getTasks: getTasks(view) })),
    GET_ROLES: whereMay("view_state", () => ({
      type: Type.GET_ROLES,
      getRoles: { roles: knownRoles(view, config).map(toRole) },
    })),
    GET_MASTER: always(() => ({
      type: Type.GET_MASTER,
      getMaster: { masterInfo: view.info, startTime: view.startedMs / 1000, electedTime: view.electedMs / 1000 },
    })),
    TEARDOWN: (call, { request }) => teardown(view, call.teardown?.frameworkId?.value ?? "", request.principal),
  };
  return { schema: CallSchema, name: "master::Call", optional: new Set(), handlers: new Map(Object.entries(handlers)) };
}

/** A role with what is allocated or offered to it: of all resources the four that are always counted. */
function toRole(role: KnownRole): Role {
  const amounts = addAmounts(role.allocated, role.offered);
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
