import { agent, isFieldSet } from "@fairlead/mesos-api";
import { operatorAnswers } from "../../base/endpoints/operator-answers.ts";
import type { OperatorApi, OperatorHandler } from "../../base/endpoints/operator-call.ts";
import { namedValues } from "../../base/endpoints/v1-response.ts";
import { plainReply } from "../../base/http/replies.ts";
import { reportContainers } from "./containers.ts";
import { ifAttached } from "./files/attached-paths.ts";
import { listDirectory } from "./files/list-directory.ts";
import { isProblem } from "./files/open-inside.ts";
import { readFilePart } from "./files/read-file.ts";
import { agentMetrics } from "./metrics.ts";
import type { AgentRouteOptions } from "./route-options.ts";
import type { ServedAgent } from "./served-agent.ts";
import { getContainers, getExecutors, getFrameworks, getState, getTasks } from "./v1-messages.ts";

const { CallSchema, ResponseSchema, Response_Type: Type } = agent;

type Handler = OperatorHandler<agent.Call>;

/** The operator calls of the agent that are served; any other is answered with 501. */
export function agentOperatorApi(view: ServedAgent, options: AgentRouteOptions): OperatorApi<typeof CallSchema> {
  const { authorizer, clock, config, version } = options;
  const { always, whereMay } = operatorAnswers(ResponseSchema, authorizer);
  const handlers: Record<string, Handler> = {
    GET_HEALTH: always(() => ({ type: Type.GET_HEALTH, getHealth: { healthy: true } })),
    GET_VERSION: always(() => ({ type: Type.GET_VERSION, getVersion: { versionInfo: version } })),
    GET_FLAGS: whereMay("view_flags", () => ({ type: Type.GET_FLAGS, getFlags: { flags: namedValues(config.flags) } })),
    GET_METRICS: always(() => ({
      type: Type.GET_METRICS,
      getMetrics: { metrics: namedValues(agentMetrics(view, clock)) },
    })),
    GET_STATE: whereMay("view_state", () => ({ type: Type.GET_STATE, getState: getState(view) })),
    // there are no nested and no standalone containers yet that show_nested and show_standalone could add
    GET_CONTAINERS: whereMay("view_container", async () => ({
      type: Type.GET_CONTAINERS,
      getContainers: getContainers(await reportContainers(view, {}, { status: true, statistics: true }, options)),
    })),
    GET_FRAMEWORKS: whereMay("view_state", () => ({ type: Type.GET_FRAMEWORKS, getFrameworks: getFrameworks(view) })),
    GET_EXECUTORS: whereMay("view_state", () => ({ type: Type.GET_EXECUTORS, getExecutors: getExecutors(view) })),
    GET_TASKS: whereMay("view_state", () => ({ type: Type.GET_TASKS, getTasks: getTasks(view) })),
    LIST_FILES: (call, context) =>
      ifAttached(view, authorizer, context.request, call.listFiles?.path ?? "", async (path, requested) => {
        const fileInfos = await listDirectory(path, requested);
        return isProblem(fileInfos)
          ? plainReply(fileInfos.status, fileInfos.message)
          : always(() => ({ type: Type.LIST_FILES, listFiles: { fileInfos } }))(call, context);
      }),
    READ_FILE: (call, context) =>
      ifAttached(view, authorizer, context.request, call.readFile?.path ?? "", async (path) => {
        const part = await readFilePart(path, Number(call.readFile?.offset ?? 0n), lengthOf(call.readFile));
        return isProblem(part)
          ? plainReply(part.status, part.message)
          : always(() => ({ type: Type.READ_FILE, readFile: { size: BigInt(part.size), data: part.data } }))(
              call,
              context,
            );
      }),
    GET_AGENT: whereMay("view_state", () => ({ type: Type.GET_AGENT, getAgent: { agentInfo: view.info } })),
  };
  return {
    schema: CallSchema,
    name: "agent::Call",
    optional: new Set(["GET_CONTAINERS"]),
    handlers: new Map(Object.entries(handlers)),
  };
}

function lengthOf(call: agent.Call_ReadFile | undefined): number | undefined {
  return call !== undefined && isFieldSet(call, agent.Call_ReadFileSchema.field.length)
    ? Number(call.length)
    : undefined;
}
