import { formatDuration, TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { updateEvent } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { outstanding, rescindOffer } from "../offers/offers.ts";
import { removeExecutors, removeTask, tasksOn } from "../tasks/booking.ts";
import { masterStatus } from "../tasks/status.ts";
import { applyStatus } from "../tasks/update.ts";
import type { Agent } from "./agent.ts";
import { markUnreachable } from "./unreachable.ts";

/** The stream of an agent broke, whoever ended it. */
export function agentDisconnected(core: Core, streamId: string): void {
  const session = core.agentSessions.get(streamId);
  if (session === undefined) return;
  core.agentSessions.delete(streamId);
  const agent = session.agentId === undefined ? undefined : core.agents.get(session.agentId);
  if (agent?.session === session) disconnectAgent(core, agent);
}

/**
 * An agent is away: its offers are rescinded, and it may register again within `agentReregisterTimeoutMs`. Tasks of frameworks that do not
 * checkpoint do not outlive that: they are lost.
 *
 * Source: `Master::exited`, `Master::disconnect(Slave*)`.
 */
export function disconnectAgent(core: Core, agent: Agent): void {
  agent.session = undefined;
  agent.active = false;
  core.log.info({ agentId: agent.id }, "an agent disconnected: its offers are rescinded");
  core.allocator.deactivateAgent(agent.id);
  for (const offer of outstanding(core, agent)) rescindOffer(core, offer);
  for (const framework of core.frameworks.values()) {
    if (!framework.info.checkpoint) loseTasks(core, agent, framework);
  }
  const timeoutMs = core.config.agentReregisterTimeoutMs;
  agent.reregisterTimer?.cancel();
  agent.reregisterTimer = core.clock.after(
    timeoutMs,
    () => {
      core.counters.increment("slave_unreachable_scheduled");
      core.counters.increment("slave_unreachable_completed");
      void markUnreachable(
        core,
        agent,
        `agent did not reregister within ${formatDuration(timeoutMs)} after disconnecting`,
      );
    },
    { background: true },
  );
}

function loseTasks(core: Core, agent: Agent, framework: Framework): void {
  for (const task of tasksOn(framework, agent)) {
    const status = masterStatus({
      nowMs: core.clock.now(),
      taskId: task.taskId,
      agentId: task.agentId,
      executorId: task.executorId,
      state: TaskState.TASK_LOST,
      reason: TaskStatus_Reason.AGENT_DISCONNECTED,
      message: `Agent ${agent.info.hostname} disconnected`,
    });
    removeTask(core, framework, applyStatus(core, framework, task, status), "completed");
    framework.send(updateEvent(status));
  }
  removeExecutors(core, framework, agent);
}
