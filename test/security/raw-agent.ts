import type { IncomingMessage } from "node:http";
import {
  AgentInfoSchema,
  create,
  internal,
  type MessageInitShape,
  parseResources,
  toBinary,
} from "@fairlead/mesos-api";
import { type Answer, ask, headersOf, send } from "../clients/wire/ask.ts";

const { AgentCallSchema, AgentCall_Type, Feature } = internal;

const PATH = "/api/internal/v1/agent";

/** What an agent says that registers for the first time, with enough of everything for a task. */
export function registration(
  more: MessageInitShape<typeof internal.AgentCall_RegisterSchema> = {},
): MessageInitShape<typeof AgentCallSchema> {
  const agentInfo = create(AgentInfoSchema, {
    hostname: "raw.example",
    port: 5999,
    resources: parseResources("cpus:4;mem:1024", { defaultRole: "*" }),
  });
  const register = {
    protocolVersion: 1,
    agentInfo,
    pid: "slave(1)@127.0.0.1:5999",
    version: "1.12.0",
    features: [Feature.COMMAND_TASKS],
    ...more,
  };
  return { type: AgentCall_Type.REGISTER, register };
}

export function encodeCall(call: MessageInitShape<typeof AgentCallSchema>): Uint8Array {
  return toBinary(AgentCallSchema, create(AgentCallSchema, call));
}

/** Somebody who speaks the agents' protocol to the master on port 5050, and may say anything. */
export const rawAgent = {
  /** REGISTER, with a whole answer: for one that is refused. */
  async refused(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return await ask({ path: PATH, headers: { "Content-Type": "application/x-protobuf", ...headers }, body });
  },

  /** REGISTER that is taken: the stream of events, which nobody reads yet, and its id. */
  async register(
    call = registration(),
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ stream: IncomingMessage; streamId: string }> {
    const body = encodeCall(call);
    const stream = await send({ path: PATH, headers: { "Content-Type": "application/x-protobuf", ...headers }, body });
    const streamId = headersOf(stream)["fairlead-stream-id"];
    if (stream.statusCode !== 200 || streamId === undefined) throw new Error(`not registered: ${stream.statusCode}`);
    return { stream, streamId };
  },

  /** Calls of a registered agent, as bytes that may be none. */
  async call(streamId: string, body: string | Uint8Array, contentType = "application/recordio"): Promise<Answer> {
    return await ask({ path: PATH, headers: { "Content-Type": contentType, "Fairlead-Stream-Id": streamId }, body });
  },
};
