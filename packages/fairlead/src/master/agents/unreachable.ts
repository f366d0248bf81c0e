import { type AgentId, knownState, type Task, TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { afterDelay } from "../background-timer.ts";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import { REGISTRY_RETRY_MS } from "../limits.ts";
import { masterStatus } from "../tasks/status.ts";
import type { Agent } from "./agent.ts";
import { endSession, forgetAgent, tellLost } from "./remove.ts";

/**
 * Gives an agent up as lost: first in the registry, then in the books. Its tasks are TASK_UNREACHABLE, or TASK_LOST for frameworks that do not
 * know that state; they are remembered, because agent and tasks may come back.
 *
 * Source: `Master::markUnreachable`.
 */
export async function markUnreachable(core: Core, agent: Agent, message: string): Promise<void> {
  if (core.leavingAgents.has(agent.id) || core.closed) return;
  const unreachableMs = core.clock.now();
  core.log.warn({ agentId: agent.id, reason: message }, "an agent is unreachable: its tasks are reported as such");
  if (!(await storeUnreachable(core, agent.id, unreachableMs))) return;
  core.counters.increment("slave_removals/reason_unhealthy");
  forgetAgent(core, agent, "unreachable", (framework, task) =>
    unreachableStatus(core, framework, task, message, unreachableMs),
  );
  // Where it is there after all, it has to register again, and bring its tasks back.
  endSession(core, agent);
}

/** Gives an agent up that has not registered again since this master began. Nothing is known of its tasks. */
export async function markRecoveredUnreachable(core: Core, agentId: AgentId): Promise<void> {
  core.counters.increment("slave_unreachable_scheduled");
  // It may be on its way; that may still fail.
  for (let last = core.registrations.get(agentId); last !== undefined; last = core.registrations.get(agentId)) {
    await last.done;
  }
  if (!core.recoveredAgents.has(agentId)) {
    core.counters.increment("slave_unreachable_canceled");
    return;
  }
  core.log.warn({ agentId }, "an agent did not register again after the master's restart: it is unreachable");
  if (!(await storeUnreachable(core, agentId, core.clock.now()))) return;
  core.recoveredAgents.delete(agentId);
  for (const name of [
    "slave_unreachable_completed",
    "slave_removals",
    "slave_removals/reason_unhealthy",
    "recovery_slave_removals",
  ] as const) {
    core.counters.increment(name);
  }
  tellLost(core, agentId);
}

/**
 * Tells the registry, again and again until that succeeds: an agent that is lost stays lost, also while the disk is full. Nobody registers under
 * its id meanwhile. False when the master is closed before.
 */
async function storeUnreachable(core: Core, agentId: AgentId, unreachableMs: number): Promise<boolean> {
  core.leavingAgents.add(agentId);
  try {
    while (!core.closed) {
      try {
        await core.registry.markUnreachable(agentId, unreachableMs);
        return !core.closed;
      } catch (err) {
        if (core.closed) return false;
        core.log.error({ err, agentId }, "the registry could not be told of a lost agent: tried again soon");
        const delayMs = REGISTRY_RETRY_MS * (1 + core.random() / 2);
        await new Promise<void>((resolve) => afterDelay(core, delayMs, resolve));
      }
    }
    return false;
  } finally {
    core.leavingAgents.delete(agentId);
  }
}

function unreachableStatus(core: Core, framework: Framework, task: Task, message: string, unreachableMs: number) {
  return masterStatus({
    nowMs: core.clock.now(),
    taskId: task.taskId,
    agentId: task.agentId,
    executorId: task.executorId,
    state: knownState(TaskState.TASK_UNREACHABLE, framework.capabilities.partitionAware),
    reason: TaskStatus_Reason.AGENT_REMOVED,
    message,
    unreachableMs,
  });
}
