import type { AgentId } from "@fairlead/mesos-api";
import type { Timer } from "../../base/clock.ts";
import type { Core } from "../core.ts";
import { REGISTRY_GC_INTERVAL_MS } from "../limits.ts";
import { markRecoveredUnreachable } from "./unreachable.ts";

/**
 * Agents of an earlier master have `agentReregisterTimeoutMs` to register again; those that stay away are unreachable then.
 *
 * Source: `Master::recoveredSlavesTimeout`.
 */
export function awaitRecoveredAgents(core: Core): void {
  if (core.recoveredAgents.size === 0) return;
  core.log.info(
    { agents: core.recoveredAgents.size },
    "recovered agents from the registry; waiting for them to register",
  );
  const giveUp = (): void => {
    if (core.closed) return;
    const away: AgentId[] = [...core.recoveredAgents.keys()];
    for (const agentId of away) markRecoveredUnreachable(core, agentId);
  };
  core.clock.after(core.config.agentReregisterTimeoutMs, giveUp, { background: true });
}

/** Forgets agents that have been unreachable for very long, from time to time. Returns what ends it. */
export function collectRegistryGarbage(core: Core): { cancel(): void } {
  let timer: Timer;
  const collect = (): void => {
    core.registry
      .forgetOld(core.clock.now())
      .then((agentIds) => {
        if (agentIds.length > 0) core.log.info({ agents: agentIds.length }, "forgot agents that were lost long ago");
      })
      .catch((err) => core.log.warn({ err }, "the registry could not be cleaned up: tried again later"));
    timer = core.clock.after(REGISTRY_GC_INTERVAL_MS, collect, { background: true });
  };
  timer = core.clock.after(REGISTRY_GC_INTERVAL_MS, collect, { background: true });
  return { cancel: () => timer.cancel() };
}
