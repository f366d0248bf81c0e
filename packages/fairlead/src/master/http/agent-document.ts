import { AgentInfo_Capability_TypeSchema, v0 } from "@fairlead/mesos-api";
import type { AgentView } from "../entities.ts";

/** The members of a registered agent as all old endpoints show it, without braces. */
export function agentMembers(agent: AgentView): string {
  return `${v0.writeAgentMembers(agent.info)},${v0.jsonMembers([
    ["pid", v0.jsonString(agent.pid)],
    ["registered_time", v0.jsonDouble(agent.registeredMs / 1000)],
    ["reregistered_time", agent.reregisteredMs === undefined ? undefined : v0.jsonDouble(agent.reregisteredMs / 1000)],
    ["resources", v0.writeBag(agent.total)],
    ["used_resources", v0.writeBag(agent.used)],
    ["offered_resources", v0.writeBag(agent.offered)],
    ["reserved_resources", v0.writeReserved(agent.total)],
    ["unreserved_resources", v0.writeUnreserved(agent.total)],
    ["active", String(agent.active)],
    // no operator can take an agent out of service yet
    ["deactivated", "false"],
    ["version", v0.jsonString(agent.version)],
    [
      "capabilities",
      v0.jsonArray(agent.capabilities, ({ type }) => v0.jsonString(v0.enumName(AgentInfo_Capability_TypeSchema, type))),
    ],
  ])}`;
}

/** What `/slaves` adds: every single resource, with its reservations and volumes. */
export function fullResourceMembers(agent: AgentView): string {
  return v0.jsonMembers([
    ["reserved_resources_full", v0.writeReservedFull(agent.total)],
    ["unreserved_resources_full", v0.writeUnreservedFull(agent.total)],
    ["used_resources_full", v0.writeBagFull(agent.used)],
    ["offered_resources_full", v0.writeBagFull(agent.offered)],
  ]);
}
