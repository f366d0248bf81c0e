import { internal } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { executorFailure, messageEvent } from "../frameworks/events.ts";
import { executorIdOf, frameworkIdOf } from "../ids.ts";
import { MAX_WAITING_AGENT_CALLS } from "../limits.ts";
import type { CallOutcome } from "../master-calls.ts";
import { removeExecutor } from "../tasks/booking.ts";
import { receiveUpdate } from "../tasks/update.ts";
import type { Agent } from "./agent.ts";
import { pong } from "./health.ts";
import { forgetLeftAgent } from "./leave.ts";

const { AgentCall_Type } = internal;

/** Wait status of an executor about which nothing is known, as in Mesos. */
const UNKNOWN_STATUS = -1;

/** A call of an agent other than REGISTER. What comes before its registration is on disk waits for that. */
export function agentCall(core: Core, call: internal.AgentCall, streamId: string): CallOutcome {
  const session = core.agentSessions.get(streamId);
  if (session === undefined) return { status: 403, message: "Agent is not registered" };
  if (call.type === AgentCall_Type.REGISTER) return { status: 400, message: "An agent registers on a new stream" };
  const agent = session.agentId === undefined ? undefined : core.agents.get(session.agentId);
  if (agent !== undefined) return receiveAgentCall(core, agent, call);
  if (session.waiting.length >= MAX_WAITING_AGENT_CALLS) {
    return { status: 503, message: "Too many calls wait for the registration of the agent" };
  }
  session.waiting.push(call);
  return { status: 202 };
}

/** A call of a registered agent. */
export function receiveAgentCall(core: Core, agent: Agent, call: internal.AgentCall): CallOutcome {
  switch (call.type) {
    case AgentCall_Type.UPDATE:
      if (call.update === undefined) return { status: 400, message: "Expecting 'update' to be present" };
      receiveUpdate(core, agent, call.update);
      return { status: 202 };
    case AgentCall_Type.MESSAGE:
      if (call.message === undefined) return { status: 400, message: "Expecting 'message' to be present" };
      executorMessage(core, agent, call.message);
      return { status: 202 };
    case AgentCall_Type.EXECUTOR_TERMINATED:
      if (call.executorTerminated === undefined) {
        return { status: 400, message: "Expecting 'executor_terminated' to be present" };
      }
      executorTerminated(core, agent, call.executorTerminated);
      return { status: 202 };
    case AgentCall_Type.PONG:
      pong(agent);
      return { status: 202 };
    case AgentCall_Type.UNREGISTER:
      core.counters.increment("messages_unregister_slave");
      forgetLeftAgent(core, agent, "the agent unregistered", "unregistered").catch((err) =>
        core.log.error({ err, agentId: agent.id }, "an agent that unregistered could not be removed from the registry"),
      );
      return { status: 202 };
    default:
      return { status: 501, message: `This master does not know calls of type ${call.type}` };
  }
}

/** MESSAGE of an executor to its scheduler: best effort. */
function executorMessage(core: Core, agent: Agent, message: internal.AgentCall_Message): void {
  core.counters.increment("messages_executor_to_framework");
  const framework = core.frameworks.get(frameworkIdOf(message.frameworkId));
  if (!framework?.connected) {
    core.log.warn(
      { agentId: agent.id, frameworkId: message.frameworkId?.value },
      "dropped a message of an executor: its framework is not connected",
    );
    core.counters.increment("invalid_executor_to_framework_messages");
    return;
  }
  framework.send(messageEvent(agent.id, executorIdOf(message.executorId), message.data));
  core.counters.increment("valid_executor_to_framework_messages");
}

/** A custom or default executor has ended; its tasks are reported one by one by the agent. */
function executorTerminated(core: Core, agent: Agent, call: internal.AgentCall_ExecutorTerminated): void {
  core.counters.increment("messages_exited_executor");
  const framework = core.frameworks.get(frameworkIdOf(call.frameworkId));
  const executorId = executorIdOf(call.executorId);
  if (framework === undefined || !removeExecutor(core, framework, agent, executorId)) {
    core.log.warn({ agentId: agent.id, executorId }, "ignored the end of an unknown executor");
    return;
  }
  framework.send(executorFailure(agent.id, executorId, Object.hasOwn(call, "status") ? call.status : UNKNOWN_STATUS));
}
