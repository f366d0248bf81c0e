import { TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { masterStatus } from "../tasks/status.ts";
import type { Agent } from "./agent.ts";
import { endSession, forgetAgent } from "./remove.ts";

/**
 * An agent has left for good: it unregistered, or another one came in its place. First the registry forgets it, then the books. Its tasks are
 * lost. Errors: STORE_FAILED, and nothing has changed.
 *
 * Source: `Master::removeSlave`.
 */
export async function forgetLeftAgent(
  core: Core,
  agent: Agent,
  cause: string,
  reason: "registered" | "unregistered",
): Promise<void> {
  if (core.leavingAgents.has(agent.id)) return;
  core.leavingAgents.add(agent.id);
  try {
    await core.registry.remove(agent.id);
  } finally {
    core.leavingAgents.delete(agent.id);
  }
  if (core.closed) return;
  core.log.info({ agentId: agent.id, reason: cause }, "removed an agent");
  core.counters.increment(`slave_removals/reason_${reason}`);
  forgetAgent(core, agent, "completed", (_framework, task) =>
    masterStatus({
      nowMs: core.clock.now(),
      taskId: task.taskId,
      agentId: task.agentId,
      executorId: task.executorId,
      state: TaskState.TASK_LOST,
      reason: TaskStatus_Reason.AGENT_REMOVED,
      message: `Agent ${agent.info.hostname} removed: ${cause}`,
    }),
  );
  endSession(core, agent);
}
