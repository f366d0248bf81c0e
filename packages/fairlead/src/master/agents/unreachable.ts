import { type Task, TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { afterDelay } from "../background-timer.ts";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import { REGISTRY_RETRY_MS } from "../limits.ts";
import { masterStatus } from "../tasks/status.ts";
import { knownState } from "../tasks/task-state.ts";
import type { Agent } from "./agent.ts";
import { endSession, forgetAgent, tellLost } from "./remove.ts";

/**
 * Gives an agent up as lost: first in the registry, then in the books. Its tasks are TASK_UNREACHABLE, or TASK_LOST for frameworks that do not
 * know that state; they are remembered, because agent and tasks may come back.
 *
 * Source: `Master::markUnreachable`.
 */
export function markUnreachable(core: Core, agent: Agent, message: string): void {
  if (agent.isLeaving || core.closed) return;
  agent.isLeaving = true;
  const unreachableMs = core.clock.now();
  core.log.warn({ agentId: agent.id, reason: message }, "an agent is unreachable: its tasks are reported as such");
  retried(core, () => core.registry.markUnreachable(agent.id, unreachableMs)).then((isStored) => {
    if (!isStored) return;
    core.counters.increment("slave_removals/reason_unhealthy");
    forgetAgent(core, agent, "unreachable", (framework, task) =>
      unreachableStatus(core, framework, task, message, unreachableMs),
    );
    // Where it is there after all, it has to register again, and bring its tasks back.
    endSession(core, agent);
  });
}

/** Gives an agent up that has not registered again since this master began. Nothing is known of its tasks. */
export function markRecoveredUnreachable(core: Core, agentId: Agent["id"]): void {
  core.counters.increment("slave_unreachable_scheduled");
  core.log.warn({ agentId }, "an agent did not register again after the master's restart: it is unreachable");
  retried(core, async () => {
    if (!mayGiveUp(core, agentId)) return;
    await core.registry.markUnreachable(agentId, core.clock.now());
  }).then((isStored) => {
    if (!isStored || !core.registry.unreachable.has(agentId) || !core.recoveredAgents.delete(agentId)) {
      core.counters.increment("slave_unreachable_canceled");
      return;
    }
    for (const name of [
      "slave_unreachable_completed",
      "slave_removals",
      "slave_removals/reason_unhealthy",
      "recovery_slave_removals",
    ] as const) {
      core.counters.increment(name);
    }
    tellLost(core, agentId);
  });
}

/** Whether a recovered agent is still away: it may be registering while the registry had trouble. */
function mayGiveUp(core: Core, agentId: Agent["id"]): boolean {
  return core.recoveredAgents.has(agentId) && !core.registrations.has(agentId);
}

/** Does `write` until it succeeds: an agent that is lost stays lost, also when the disk is full. False when the master is closed meanwhile. */
async function retried(core: Core, write: () => Promise<void>): Promise<boolean> {
  for (;;) {
    try {
      await write();
      return !core.closed;
    } catch (err) {
      if (core.closed) return false;
      core.log.error({ err }, "the registry could not be written: tried again soon");
      const delayMs = REGISTRY_RETRY_MS * (1 + core.random() / 2);
      await new Promise<void>((resolve) => afterDelay(core, delayMs, resolve));
    }
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
