import { type AgentInfo, create, internal, isTerminal, parseTaskId, type Task } from "@fairlead/mesos-api";
import { MESOS_VERSION } from "../../base/version.ts";
import { AGENT_CAPABILITIES, AGENT_FEATURES } from "../agent-info.ts";
import type { Framework } from "../state/framework.ts";
import type { Frameworks } from "../state/frameworks.ts";
import type { UpdateStreams } from "../updates/update-streams.ts";

/** The protocol of `agent.proto` as this agent speaks it. */
const PROTOCOL_VERSION = 1;

/** REGISTER: everything that lives on the agent, what ended and was not acknowledged, and what it remembers of completed tasks. */
export function toRegister(
  info: AgentInfo,
  pid: string,
  frameworks: Frameworks,
  streams: UpdateStreams,
): internal.AgentCall_Register {
  const active = [...frameworks.active.values()].filter((framework) => !framework.terminating);
  const completed = [...active, ...frameworks.completed].flatMap((framework) => framework.completedExecutors);
  return create(internal.AgentCall_RegisterSchema, {
    protocolVersion: PROTOCOL_VERSION,
    agentInfo: info,
    pid,
    version: MESOS_VERSION,
    capabilities: [...AGENT_CAPABILITIES],
    features: [...AGENT_FEATURES],
    frameworks: active.map((framework) => framework.info),
    tasks: active.flatMap((framework) => tasksToTell(framework, streams)),
    completedTasks: completed.flatMap((executor) => executor.completedTasks.filter((task) => isTerminal(task.state))),
  });
}

/**
 * The master is done with a task whose end was acknowledged, though that is not on disk here yet. Told now, the task would live on in the master:
 * nothing more comes of it that could be acknowledged. If it cannot be stored, the update comes again without its task.
 */
function tasksToTell(framework: Framework, streams: UpdateStreams): Task[] {
  const tasks = [...framework.executors.values()].flatMap((executor) => executor.incompleteTasks);
  return tasks.filter((task) => {
    const last = streams.acknowledging(framework.id, parseTaskId(task.taskId?.value ?? ""));
    return last === undefined || !isTerminal(last.state);
  });
}
