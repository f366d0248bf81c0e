import { type AgentId, AttributeSchema, equals, type FrameworkId, type internal } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { recoverFramework } from "../frameworks/recover.ts";
import { frameworkIdOf } from "../ids.ts";
import { outstanding, rescindOffer } from "../offers/offers.ts";
import { Agent, type AgentFacts } from "./agent.ts";
import { receiveAgentCall } from "./calls.ts";
import { disconnectAgent } from "./disconnect.ts";
import { registered, shutdownFramework, updateFramework } from "./events.ts";
import { startPings } from "./health.ts";
import { endSession } from "./remove.ts";
import type { AgentSession } from "./session.ts";
import { type Arrival, bringTasks, reconcileTasks } from "./tasks-at-registration.ts";

/** Takes an agent in that is in the registry by now, with everything that lives on it. */
export function welcomeAgent(
  core: Core,
  session: AgentSession,
  id: AgentId,
  facts: AgentFacts,
  register: internal.AgentCall_Register,
  arrival: Arrival,
): void {
  const agent = new Agent(id, facts, core.clock.now());
  if (arrival !== "new") agent.reregisteredMs = core.clock.now();
  core.agents.set(id, agent);
  core.recoveredAgents.delete(id);
  recoverFrameworks(core, register);
  bringTasks(core, agent, register, arrival);
  core.allocator.addAgent(id, facts.info, facts.capabilities, agent.total, agent.usedByFramework);
  attach(core, agent, session);
  core.log.info({ agentId: id, pid: facts.pid, hostname: facts.info.hostname, arrival }, "registered an agent");
  tellFrameworks(core, agent, register);
  begin(core, agent, session);
}

/** Takes an agent in again that never was given up: what it brings is compared with what is known of it. */
export function returnKnownAgent(
  core: Core,
  session: AgentSession,
  agent: Agent,
  facts: AgentFacts,
  register: internal.AgentCall_Register,
): void {
  // The agent knows that its old stream is broken, this side may not.
  endSession(core, agent);
  agent.reregisterTimer?.cancel();
  const attributesChanged = !sameAttributes(agent.info, facts.info);
  const before = agent.total;
  agent.facts = facts;
  // What was offered may not be there any more.
  if (!agent.total.equals(before)) for (const offer of outstanding(core, agent)) rescindOffer(core, offer);
  agent.reregisteredMs = core.clock.now();
  recoverFrameworks(core, register);
  attach(core, agent, session);
  reconcileTasks(core, agent, register);
  core.allocator.updateAgent(agent.id, facts.info, facts.capabilities, agent.total, attributesChanged);
  core.allocator.activateAgent(agent.id);
  core.log.info({ agentId: agent.id, pid: facts.pid }, "an agent registered again");
  tellFrameworks(core, agent, register);
  begin(core, agent, session);
}

/** Frameworks that only this agent knows: from before the master's restart. */
function recoverFrameworks(core: Core, { frameworks }: internal.AgentCall_Register): void {
  for (const info of frameworks) {
    const id = frameworkIdOf(info.id);
    if (!core.frameworks.has(id) && !core.completedFrameworks.has(id)) recoverFramework(core, info);
  }
}

function attach(core: Core, agent: Agent, session: AgentSession): void {
  session.agentId = agent.id;
  agent.session = session;
  agent.active = true;
  const { agentPingTimeoutMs, maxAgentPingTimeouts } = core.config;
  agent.send(registered(agent.id, agentPingTimeoutMs * maxAgentPingTimeouts, core.info));
}

/** Ends what should not run any more, and tells the rest who its framework is now. */
function tellFrameworks(core: Core, agent: Agent, { frameworks }: internal.AgentCall_Register): void {
  for (const { id } of frameworks) {
    const frameworkId: FrameworkId = frameworkIdOf(id);
    const framework = core.frameworks.get(frameworkId);
    agent.send(framework === undefined ? shutdownFramework(frameworkId) : updateFramework(framework.info));
  }
}

/** Pings, and what the agent has said meanwhile; or the farewell, if it has gone again. */
function begin(core: Core, agent: Agent, session: AgentSession): void {
  startPings(core, agent);
  if (core.agentSessions.get(session.streamId) !== session) {
    disconnectAgent(core, agent);
    return;
  }
  for (const call of session.waiting.splice(0)) receiveAgentCall(core, agent, call);
}

function sameAttributes(left: AgentFacts["info"], right: AgentFacts["info"]): boolean {
  return (
    left.attributes.length === right.attributes.length &&
    left.attributes.every((attribute, index) => equals(AttributeSchema, attribute, right.attributes[index]!))
  );
}
