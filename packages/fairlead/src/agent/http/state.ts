import {
  type AgentInfo,
  AgentInfo_Capability_TypeSchema,
  DomainInfoSchema,
  Resources,
  type VersionInfo,
  v0,
  writeJson,
} from "@fairlead/mesos-api";
import { flagMembers, versionMembers } from "../../base/endpoints/state-members.ts";
import type { AgentView } from "../entities.ts";
import { frameworkDocument } from "./framework-document.ts";

/** The document of the agent's `/state`. `flags` is undefined where the reader may not see them. */
export function stateDocument(
  agent: AgentView,
  version: VersionInfo,
  flags: ReadonlyMap<string, string> | undefined,
): string {
  const { info } = agent;
  return `{${versionMembers(version)},${v0.jsonMembers([
    ["start_time", v0.jsonDouble(agent.startedMs / 1000)],
    ["id", v0.jsonString(agent.id ?? "")],
    ["pid", v0.jsonString(agent.pid)],
    ["hostname", v0.jsonString(info.hostname)],
    [
      "capabilities",
      v0.jsonArray(agent.capabilities, ({ type }) => v0.jsonString(v0.enumName(AgentInfo_Capability_TypeSchema, type))),
    ],
    ["domain", info.domain && writeJson(DomainInfoSchema, info.domain)],
  ])},${totalMembers(info)},${v0.jsonMembers([
    ["reserved_resources_allocated", v0.writeReserved(agent.allocated)],
    ["unreserved_resources_allocated", v0.writeUnreserved(agent.allocated)],
    ["resource_providers", "[]"],
    ["attributes", v0.writeAttributes(info.attributes)],
    ["master_hostname", agent.masterHostname === undefined ? undefined : v0.jsonString(agent.masterHostname)],
    ...flagMembers(flags),
    ["frameworks", v0.jsonArray(agent.frameworks.values(), frameworkDocument)],
    ["completed_frameworks", v0.jsonArray(agent.completedFrameworks, frameworkDocument)],
  ])}}`;
}

/** What the agent has in all. */
const totalMembers = v0.remembered((info: AgentInfo) => {
  const total = Resources.of(info.resources);
  return v0.jsonMembers([
    ["resources", v0.writeBag(total)],
    ["reserved_resources", v0.writeReserved(total)],
    ["unreserved_resources", v0.writeUnreserved(total)],
    ["reserved_resources_full", v0.writeReservedFull(total)],
    ["unreserved_resources_full", v0.writeUnreservedFull(total)],
  ]);
});
