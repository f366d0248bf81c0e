import type { AgentId } from "@fairlead/mesos-api";
import { afterDelay } from "../background-timer.ts";
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
  afterDelay(core, core.config.agentReregisterTimeoutMs, () => {
    const away: AgentId[] = [...core.recoveredAgents.keys()];
    for (const agentId of away) void markRecoveredUnreachable(core, agentId);
  });
}

/** Forgets agents that have been unreachable for very long, from time to time. */
export function collectRegistryGarbage(core: Core): void {
  afterDelay(core, REGISTRY_GC_INTERVAL_MS, () => {
    core.registry
      .forgetOld(core.clock.now())
      .then((agentIds) => {
        if (agentIds.length > 0) core.log.info({ agents: agentIds.length }, "forgot agents that were lost long ago");
      })
      .catch((err) => core.log.warn({ err }, "the registry could not be cleaned up: tried again later"));
    collectRegistryGarbage(core);
  });
}
