import type { Task, TaskStatus } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { agentFailure, updateEvent } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { outstanding, rescindOffer } from "../offers/offers.ts";
import { removeExecutors, removeTask, tasksOn } from "../tasks/booking.ts";
import { applyStatus } from "../tasks/update.ts";
import type { Agent } from "./agent.ts";

/**
 * Takes an agent that has left or is lost out of the books. Its tasks get the status that `statusOf` makes and leave the books too; frameworks
 * hear of each of them, of their offers, and of the agent.
 *
 * Source: `Master::_removeSlave`, `Master::__removeSlave`.
 */
export function forgetAgent(
  core: Core,
  agent: Agent,
  where: "completed" | "unreachable",
  statusOf: (framework: Framework, task: Task) => TaskStatus,
): void {
  agent.pingTimer?.cancel();
  agent.reregisterTimer?.cancel();
  // First, so that nothing of what follows is offered again.
  core.allocator.removeAgent(agent.id);
  for (const framework of core.frameworks.values()) {
    for (const task of tasksOn(framework, agent)) {
      const status = statusOf(framework, task);
      removeTask(core, framework, applyStatus(core, framework, task, status), where);
      framework.send(updateEvent(status));
    }
    removeExecutors(core, framework, agent);
  }
  for (const offer of outstanding(core, agent)) rescindOffer(core, offer);
  core.agents.delete(agent.id);
  core.counters.increment("slave_removals");
  tellLost(core, agent.id);
}

/** Tells every framework that an agent is lost. */
export function tellLost(core: Core, agentId: Agent["id"]): void {
  for (const framework of core.frameworks.values()) framework.send(agentFailure(agentId));
}

/** Ends the session of an agent from this side. */
export function endSession(core: Core, agent: Agent): void {
  const session = agent.session;
  if (session === undefined) return;
  agent.session = undefined;
  // Before the end, which may be reported back at once.
  core.agentSessions.delete(session.streamId);
  session.stream.end();
}
