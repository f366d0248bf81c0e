import type { Core } from "../core.ts";
import type { Agent } from "./agent.ts";
import { ping } from "./events.ts";
import { markUnreachable } from "./unreachable.ts";

/**
 * Pings an agent every `agentPingTimeoutMs`. An agent that leaves `maxAgentPingTimeouts` pings in a row unanswered is unreachable.
 *
 * It goes on while the stream is broken, when no ping can be answered: an agent whose process or machine died is lost after 75 seconds (by
 * default) and not only when the time for registering again has passed.
 *
 * Source: `SlaveObserver` in Mesos's `src/master/master.cpp`.
 */
export function startPings(core: Core, agent: Agent): void {
  agent.pingTimer?.cancel();
  agent.missedPings = 0;
  agent.pingPending = true;
  agent.send(ping());
  const tick = (): void => {
    if (agent.pingPending && ++agent.missedPings >= core.config.maxAgentPingTimeouts) {
      core.counters.increment("slave_unreachable_scheduled");
      core.counters.increment("slave_unreachable_completed");
      void markUnreachable(core, agent, "health check timed out");
      return;
    }
    agent.pingPending = true;
    agent.send(ping());
    agent.pingTimer = core.clock.after(core.config.agentPingTimeoutMs, tick, { background: true });
  };
  agent.pingTimer = core.clock.after(core.config.agentPingTimeoutMs, tick, { background: true });
}

/** The agent answered a ping. */
export function pong(agent: Agent): void {
  agent.pingPending = false;
  agent.missedPings = 0;
}
