import { agent, create, isFieldSet, type MessageInitShape } from "@fairlead/mesos-api";
import type { OperatorApi, OperatorHandler } from "../../base/endpoints/operator-call.ts";
import { namedValues, v1Reply } from "../../base/endpoints/v1-response.ts";
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
type Answer = MessageInitShape<typeof ResponseSchema>;

/** The operator calls of the agent that are served; any other is answered with 501. */
export function agentOperatorApi(view: ServedAgent, options: AgentRouteOptions): OperatorApi<typeof CallSchema> {
  const { authorizer, clock, config, version } = options;
  const answer =
    (make: () => Answer | Promise<Answer>): Handler =>
    async (_, { mediaType }) =>
      v1Reply(mediaType, ResponseSchema, create(ResponseSchema, await make()));
  const answerTo =
    (action: "view_state" | "view_flags" | "view_container", make: () => Answer | Promise<Answer>): Handler =>
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
      getMetrics: { metrics: namedValues(agentMetrics(view, clock)) },
    })),
    GET_STATE: answerTo("view_state", () => ({ type: Type.GET_STATE, getState: getState(view) })),
    // there are no nested and no standalone containers yet that show_nested and show_standalone could add
    GET_CONTAINERS: answerTo("view_container", async () => ({
      type: Type.GET_CONTAINERS,
      getContainers: getContainers(await reportContainers(view, {}, { status: true, statistics: true }, options)),
    })),
    GET_FRAMEWORKS: answerTo("view_state", () => ({ type: Type.GET_FRAMEWORKS, getFrameworks: getFrameworks(view) })),
    GET_EXECUTORS: answerTo("view_state", () => ({ type: Type.GET_EXECUTORS, getExecutors: getExecutors(view) })),
    GET_TASKS: answerTo("view_state", () => ({ type: Type.GET_TASKS, getTasks: getTasks(view) })),
    LIST_FILES: (call, context) =>
      ifAttached(view, authorizer, context.request, call.listFiles?.path ?? "", async (path, requested) => {
        const fileInfos = await listDirectory(path, requested);
        return isProblem(fileInfos)
          ? plainReply(fileInfos.status, fileInfos.message)
          : answer(() => ({ type: Type.LIST_FILES, listFiles: { fileInfos } }))(call, context);
      }),
    READ_FILE: (call, context) =>
      ifAttached(view, authorizer, context.request, call.readFile?.path ?? "", async (path) => {
        const part = await readFilePart(path, Number(call.readFile?.offset ?? 0n), lengthOf(call.readFile));
        return isProblem(part)
          ? plainReply(part.status, part.message)
          : answer(() => ({ type: Type.READ_FILE, readFile: { size: BigInt(part.size), data: part.data } }))(
              call,
              context,
            );
      }),
    GET_AGENT: answerTo("view_state", () => ({ type: Type.GET_AGENT, getAgent: { agentInfo: view.info } })),
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
