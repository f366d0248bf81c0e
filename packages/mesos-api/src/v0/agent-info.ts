import { type AgentInfo, DomainInfoSchema } from "../../gen/mesos/v1/node_pb.js";
import { writeJson } from "../json/write.ts";
import { writeAttributes } from "./attributes.ts";
import { jsonMembers, jsonString, remembered } from "./json-text.ts";

/** The members that every agent has in `slaves` and `recovered_slaves`, without braces. */
export const writeAgentMembers = remembered((agent: AgentInfo) =>
  jsonMembers([
    ["id", jsonString(agent.id?.value ?? "")],
    ["hostname", jsonString(agent.hostname)],
    ["port", String(agent.port)],
    ["attributes", writeAttributes(agent.attributes)],
    ["domain", agent.domain && writeJson(DomainInfoSchema, agent.domain)],
  ]),
);
