import type { AgentId, Resources } from "@fairlead/mesos-api";
import type { Clock, Timer } from "../../base/clock.ts";
import { DEFAULT_REFUSE_SECONDS, MAX_FILTERS_PER_AGENT, MAX_REFUSE_SECONDS } from "../limits.ts";

interface Refusal {
  readonly resources: Resources;
  readonly timer: Timer;
}

/**
 * What a framework has declined, by role and agent: for a while it is not offered the same, or less, again.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #byRole = new Map<string, Map<AgentId, Refusal[]>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Remembers that `resources` (unallocated) of an agent were declined for a role. Unset, negative and absurd times are 5 s, long ones at most
   * 365 days, 0 remembers nothing. It lasts at least `minimumMs`, so that the next round of allocation still knows of it.
   */
  add(
    role: string,
    agentId: AgentId,
    resources: Resources,
    refuseSeconds: number | undefined,
    minimumMs: number,
  ): void {
    const seconds = effectiveSeconds(refuseSeconds);
    if (seconds === 0) return;
    const byAgent = this.#byRole.get(role) ?? new Map<AgentId, Refusal[]>();
    const refusals = byAgent.get(agentId) ?? [];
    const timer = this.#clock.after(Math.max(seconds * 1000, minimumMs), () => this.#expire(role, agentId, refusal), {
      background: true,
    });
    const refusal: Refusal = { resources, timer };
    refusals.push(refusal);
    if (refusals.length > MAX_FILTERS_PER_AGENT) refusals.shift()?.timer.cancel();
    byAgent.set(agentId, refusals);
    this.#byRole.set(role, byAgent);
  }

  /** Whether everything in `resources` (unallocated) has been declined. */
  covers(role: string, agentId: AgentId, resources: Resources): boolean {
    const refusals = this.#byRole.get(role)?.get(agentId);
    return refusals?.some((refusal) => refusal.resources.contains(resources)) ?? false;
  }

  /** How many filters are in force, by role. */
  *counts(): Generator<[role: string, count: number]> {
    for (const [role, byAgent] of this.#byRole) {
      let count = 0;
      for (const refusals of byAgent.values()) count += refusals.length;
      yield [role, count];
    }
  }

  clear(): void {
    for (const role of [...this.#byRole.keys()]) this.clearRole(role);
  }

  clearRole(role: string): void {
    for (const refusals of this.#byRole.get(role)?.values() ?? []) for (const { timer } of refusals) timer.cancel();
    this.#byRole.delete(role);
  }

  clearAgent(agentId: AgentId): void {
    for (const [role, byAgent] of this.#byRole) {
      for (const { timer } of byAgent.get(agentId) ?? []) timer.cancel();
      byAgent.delete(agentId);
      if (byAgent.size === 0) this.#byRole.delete(role);
    }
  }

  #expire(role: string, agentId: AgentId, refusal: Refusal): void {
    const byAgent = this.#byRole.get(role);
    const rest = byAgent?.get(agentId)?.filter((other) => other !== refusal) ?? [];
    if (rest.length > 0) byAgent?.set(agentId, rest);
    else byAgent?.delete(agentId);
    if (byAgent?.size === 0) this.#byRole.delete(role);
  }
}

function effectiveSeconds(seconds: number | undefined): number {
  if (seconds === undefined || !(seconds >= 0)) return DEFAULT_REFUSE_SECONDS;
  return Math.min(seconds, MAX_REFUSE_SECONDS);
}
