import {
  DomainInfoSchema,
  MasterInfo_Capability_TypeSchema,
  type VersionInfo,
  v0,
  writeJson,
} from "@fairlead/mesos-api";
import { flagMembers, versionMembers } from "../../base/endpoints/state-members.ts";
import type { MasterView } from "../entities.ts";
import { agentMembers } from "./agent-document.ts";
import { frameworkDocument } from "./framework-document.ts";

export interface StateFacts {
  readonly version: VersionInfo;
  readonly cluster: string | undefined;
  /** Undefined where the reader may not see them. */
  readonly flags: ReadonlyMap<string, string> | undefined;
}

/**
 * The document of the master's `/state`.
 *
 * Tasks, resources and the other messages in it are remembered as text: what a request costs is the copying of its answer.
 */
export function stateDocument(master: MasterView, { version, cluster, flags }: StateFacts): string {
  const { info } = master;
  const agents = [...master.agents.values()];
  const active = agents.filter((agent) => agent.active).length;
  return `{${versionMembers(version)},${v0.jsonMembers([
    ["start_time", v0.jsonDouble(master.startedMs / 1000)],
    ["elected_time", v0.jsonDouble(master.electedMs / 1000)],
    ["id", v0.jsonString(info.id)],
    ["pid", v0.jsonString(info.pid)],
    ["hostname", v0.jsonString(info.hostname)],
    [
      "capabilities",
      v0.jsonArray(info.capabilities, ({ type }) => v0.jsonString(v0.enumName(MasterInfo_Capability_TypeSchema, type))),
    ],
    ["activated_slaves", String(active)],
    ["deactivated_slaves", String(agents.length - active)],
    ["unreachable_slaves", String(master.unreachableAgents.size)],
    ["domain", info.domain && writeJson(DomainInfoSchema, info.domain)],
    ["leader", v0.jsonString(info.pid)],
    ["leader_info", v0.writeMasterInfo(info)],
    ["cluster", flags && cluster !== undefined ? v0.jsonString(cluster) : undefined],
    ...flagMembers(flags),
    ["slaves", v0.jsonArray(agents, (agent) => `{${agentMembers(agent)}}`)],
    ["recovered_slaves", v0.jsonArray(master.recoveredAgents.values(), (agent) => `{${v0.writeAgentMembers(agent)}}`)],
    ["frameworks", v0.jsonArray(master.frameworks.values(), frameworkDocument)],
    ["completed_frameworks", v0.jsonArray(master.completedFrameworks, frameworkDocument)],
    // long gone from Mesos, and still read by clients
    ["orphan_tasks", "[]"],
    ["unregistered_frameworks", "[]"],
  ])}}`;
}
