import { type AgentInfo, v0 } from "@fairlead/mesos-api";
import type { AgentView, MasterView } from "../entities.ts";
import { agentMembers, fullResourceMembers } from "./agent-document.ts";

/** The document of `/slaves`: all agents, or the one with the id `only`. */
export function slavesDocument(master: MasterView, only: string | undefined): string {
  const selected = <T>(agents: ReadonlyMap<string, T>): Iterable<T> => {
    if (only === undefined) return agents.values();
    const agent = agents.get(only);
    return agent === undefined ? [] : [agent];
  };
  return v0.jsonObject([
    [
      "slaves",
      v0.jsonArray(
        selected<AgentView>(master.agents),
        (agent) => `{${agentMembers(agent)},${fullResourceMembers(agent)}}`,
      ),
    ],
    [
      "recovered_slaves",
      v0.jsonArray(selected<AgentInfo>(master.recoveredAgents), (info) => `{${v0.writeAgentMembers(info)}}`),
    ],
  ]);
}
