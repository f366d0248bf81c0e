import { isTerminal, type scheduler } from "@fairlead/mesos-api";
import { acknowledgeUpdate } from "../agents/events.ts";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import { agentIdOf, taskIdOf } from "../ids.ts";
import { removeTask } from "./booking.ts";

/**
 * ACKNOWLEDGE of a status update: it goes to the agent, which then sends the next one. A task whose terminal update is acknowledged is over.
 *
 * Dropped while the agent is away: it sends the update again when it is back.
 *
 * Source: `Master::acknowledge`.
 */
export function acknowledge(core: Core, framework: Framework, call: scheduler.Call_Acknowledge): void {
  core.counters.increment("messages_status_update_acknowledgement");
  const agentId = agentIdOf(call.agentId);
  const taskId = taskIdOf(call.taskId);
  const log = core.log.with({ frameworkId: framework.id, agentId, taskId });
  const agent = core.agents.get(agentId);
  if (!agent?.connected) {
    log.warn({}, "dropped the acknowledgement of a status update: its agent is away");
    core.counters.increment("invalid_status_update_acknowledgements");
    return;
  }
  const task = agent.taskIds.get(framework.id)?.has(taskId) ? framework.tasks.get(taskId) : undefined;
  if (task !== undefined) {
    if (!Object.hasOwn(task, "statusUpdateState")) {
      // Meant for a master before this one. The agent will send the update again.
      log.warn({}, "dropped the acknowledgement of a status update that this master has not sent");
      core.counters.increment("invalid_status_update_acknowledgements");
      return;
    }
    if (isTerminal(task.statusUpdateState) && Buffer.compare(task.statusUpdateUuid, call.uuid) === 0) {
      removeTask(core, framework, task, "completed");
    }
  }
  agent.send(acknowledgeUpdate(framework.id, taskId, call.uuid));
  core.counters.increment("valid_status_update_acknowledgements");
}
