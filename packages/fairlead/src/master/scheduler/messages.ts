import type { scheduler } from "@fairlead/mesos-api";
import { frameworkMessage, shutdownExecutor as shutdownExecutorEvent } from "../agents/events.ts";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import { agentIdOf, executorIdOf } from "../ids.ts";

/** MESSAGE to an executor: best effort. */
export function sendMessage(core: Core, framework: Framework, call: scheduler.Call_Message): void {
  core.counters.increment("messages_framework_to_executor");
  const agent = core.agents.get(agentIdOf(call.agentId));
  if (!agent?.connected) {
    core.log.warn({ frameworkId: framework.id, agentId: call.agentId?.value }, "dropped a message: its agent is away");
    core.counters.increment("invalid_framework_to_executor_messages");
    return;
  }
  agent.send(frameworkMessage(framework.id, executorIdOf(call.executorId), call.data));
  core.counters.increment("valid_framework_to_executor_messages");
}

/** SHUTDOWN of an executor: the agent ends it, and reports its tasks and its end. */
export function shutdownExecutor(core: Core, framework: Framework, call: scheduler.Call_Shutdown): void {
  const agent = core.agents.get(agentIdOf(call.agentId));
  if (agent === undefined) {
    core.log.warn(
      { frameworkId: framework.id, agentId: call.agentId?.value, executorId: call.executorId?.value },
      "dropped the shutdown of an executor: its agent is not known",
    );
    return;
  }
  agent.send(shutdownExecutorEvent(framework.id, executorIdOf(call.executorId)));
}
