import { type AgentInfo, create, internal } from "@fairlead/mesos-api";
import { MESOS_VERSION } from "../../base/version.ts";
import { AGENT_CAPABILITIES, AGENT_FEATURES } from "../agent-info.ts";
import type { Frameworks } from "../state/frameworks.ts";
import { isTerminal } from "../state/task-state.ts";

/** The protocol of `agent.proto` as this agent speaks it. */
const PROTOCOL_VERSION = 1;

/** REGISTER: everything that lives on the agent, what ended and was not acknowledged, and what it remembers of completed tasks. */
export function toRegister(info: AgentInfo, pid: string, frameworks: Frameworks): internal.AgentCall_Register {
  const active = [...frameworks.active.values()].filter((framework) => !framework.terminating);
  const executors = active.flatMap((framework) => [...framework.executors.values()]);
  const completed = [...active, ...frameworks.completed].flatMap((framework) => framework.completedExecutors);
  return create(internal.AgentCall_RegisterSchema, {
    protocolVersion: PROTOCOL_VERSION,
    agentInfo: info,
    pid,
    version: MESOS_VERSION,
    capabilities: [...AGENT_CAPABILITIES],
    features: [...AGENT_FEATURES],
    frameworks: active.map((framework) => framework.info),
    tasks: executors.flatMap((executor) => executor.incompleteTasks),
    completedTasks: completed.flatMap((executor) => executor.completedTasks.filter((task) => isTerminal(task.state))),
  });
}
