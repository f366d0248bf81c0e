import { createHash, timingSafeEqual } from "node:crypto";
import {
  AgentIDSchema,
  type AgentId,
  type AgentInfo,
  AgentInfoSchema,
  create,
  equals,
  type internal,
  toRefinedFormat,
} from "@fairlead/mesos-api";
import type { EventStream } from "../../base/event-stream.ts";
import { replaceFields } from "../../base/replace-fields.ts";
import type { Core } from "../core.ts";
import { agentIdOf } from "../ids.ts";
import type { CallOutcome } from "../master-calls.ts";
import { agentIp } from "../offers/agent-url.ts";
import { validateRegistration } from "../validation/registration.ts";
import type { Agent, AgentFacts } from "./agent.ts";
import { shutdownAgent } from "./events.ts";
import { returnKnownAgent, welcomeAgent } from "./join.ts";
import { forgetLeftAgent } from "./leave.ts";
import type { AgentSession } from "./session.ts";

/**
 * REGISTER: a new agent, or one that comes back under its id. It is in the registry before anything else is done; REGISTERED tells it so.
 *
 * Where an earlier registration of the same agent is still under way, the newer one wins.
 */
export function registerAgent(
  core: Core,
  register: internal.AgentCall_Register,
  stream: EventStream<internal.AgentEvent>,
  streamId: string,
  secret: string | undefined,
): CallOutcome {
  const refusal = refuse(core, register, secret);
  if (refusal !== undefined) {
    core.log.warn({ pid: register.pid, reason: refusal.message }, "refused the registration of an agent");
    return refusal;
  }
  // Validated to be there.
  const info = register.agentInfo!;
  const session: AgentSession = { stream, streamId, agentId: undefined, waiting: [] };
  const returningId = info.id === undefined ? retriedId(core, register.pid, info) : agentIdOf(info.id);
  core.counters.increment(info.id === undefined ? "messages_register_slave" : "messages_reregister_slave");
  core.agentSessions.set(streamId, session);
  if (returningId === undefined) {
    inTurn(core, register.pid, session, () => admitNew(core, session, register));
    return { status: 200 };
  }
  const known = core.agents.get(returningId);
  if (known !== undefined && isElsewhere(known, register)) {
    const message = "Agent attempted to reregister with different IP / hostname";
    core.log.warn({ agentId: known.id, pid: register.pid }, "an agent came back from elsewhere: it is shut down");
    core.agentSessions.delete(streamId);
    stream.send(shutdownAgent(message));
    stream.end();
    return { status: 200 };
  }
  inTurn(core, returningId, session, () => admitReturning(core, session, returningId, register));
  return { status: 200 };
}

function refuse(
  core: Core,
  register: internal.AgentCall_Register,
  secret: string | undefined,
): CallOutcome | undefined {
  if (!isSecret(core.config.agentSecret, secret)) {
    return { status: 401, message: "The agent did not present the secret of this cluster" };
  }
  const invalid = validateRegistration(register);
  if (invalid !== undefined) return { status: 400, message: `Failed to validate the registration: ${invalid}` };
  const info = register.agentInfo!;
  if (info.domain !== undefined && core.info.domain === undefined) {
    return { status: 403, message: "The agent is configured with a domain but the master has no configured domain" };
  }
  if (!core.authorizer.authorize(undefined, "register_agent", { kind: "agent", value: info.hostname })) {
    return { status: 403, message: "Not authorized to register agents" };
  }
  if (core.leavingAgents.has(agentIdOf(info.id))) {
    return { status: 503, message: "The agent is being marked unreachable or removed" };
  }
  return undefined;
}

/** Compares in constant time: digests have the same length whatever was presented. */
function isSecret(expected: string | undefined, presented: string | undefined): boolean {
  if (expected === undefined) return true;
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(expected), digest(presented ?? ""));
}

/** The id of a connected agent at this address, where it registers once more because it has not heard its id. */
function retriedId(core: Core, pid: string, info: AgentInfo): AgentId | undefined {
  for (const agent of core.agents.values()) {
    if (agent.pid === pid && agent.connected && agent.info.hostname === info.hostname) return agent.id;
  }
  return undefined;
}

function isElsewhere(known: Agent, { pid, agentInfo }: internal.AgentCall_Register): boolean {
  return agentIp(known.pid) !== agentIp(pid) || known.info.hostname !== agentInfo?.hostname;
}

/** Runs registrations of one agent one after the other; those that were overtaken find their session closed. */
function inTurn(core: Core, key: string, session: AgentSession, work: () => Promise<void>): void {
  const before = core.registrations.get(key);
  if (before !== undefined) endUnfinished(core, before.session);
  const done = (before?.done ?? Promise.resolve())
    .then(() => (isOpen(core, session) ? work() : undefined))
    .catch((err) => {
      if (!core.closed) {
        core.log.error({ err, agent: key }, "an agent could not be stored: its session is ended, it will try again");
      }
      endUnfinished(core, session);
    })
    .finally(() => {
      if (core.registrations.get(key)?.session === session) core.registrations.delete(key);
    });
  core.registrations.set(key, { session, done });
}

async function admitNew(core: Core, session: AgentSession, register: internal.AgentCall_Register): Promise<void> {
  for (const agent of core.agents.values()) {
    if (agent.pid !== register.pid) continue;
    // Connected ones answered under their id before.
    await forgetLeftAgent(core, agent, "a new agent registered at the same address", "registered");
  }
  const id = newAgentId(core);
  const facts = factsOf(register, id);
  await core.registry.admit(id, facts.info);
  if (core.closed) return;
  if (!isOpen(core, session)) {
    // Nobody has heard of this id.
    await core.registry.remove(id);
    return;
  }
  core.counters.increment("slave_registrations");
  welcomeAgent(core, session, id, facts, register, "new");
}

/** The next id that nobody has: agents may come with any. */
function newAgentId(core: Core): AgentId {
  for (;;) {
    const id = agentIdOf({ value: `${core.info.id}-S${core.sequence.agent++}` });
    const owners = [core.agents, core.recoveredAgents, core.registry.unreachable, core.registrations];
    if (!owners.some((known) => known.has(id))) return id;
  }
}

async function admitReturning(
  core: Core,
  session: AgentSession,
  id: AgentId,
  register: internal.AgentCall_Register,
): Promise<void> {
  const facts = factsOf(register, id);
  const stored = core.agents.get(id)?.info ?? core.recoveredAgents.get(id);
  const wasUnreachable = core.registry.unreachable.has(id);
  if (stored === undefined || !equals(AgentInfoSchema, stored, facts.info)) await core.registry.admit(id, facts.info);
  if (core.closed) return;
  core.counters.increment("slave_reregistrations");
  const known = core.agents.get(id);
  if (known !== undefined) {
    returnKnownAgent(core, session, known, facts, register);
    return;
  }
  const kind = core.recoveredAgents.has(id) ? "recovered" : wasUnreachable ? "unreachable" : "unknown";
  welcomeAgent(core, session, id, facts, register, kind);
}

function factsOf(register: internal.AgentCall_Register, id: AgentId): AgentFacts {
  const info = register.agentInfo!;
  return {
    info: replaceFields(info, {
      id: create(AgentIDSchema, { value: id }),
      resources: toRefinedFormat(info.resources),
    }),
    pid: register.pid,
    version: register.version,
    capabilities: register.capabilities,
    features: new Set(register.features),
  };
}

function isOpen(core: Core, session: AgentSession): boolean {
  return core.agentSessions.get(session.streamId) === session;
}

/** Ends a session whose registration is not complete. */
function endUnfinished(core: Core, session: AgentSession): void {
  if (session.agentId !== undefined || !isOpen(core, session)) return;
  core.agentSessions.delete(session.streamId);
  session.stream.end();
}
