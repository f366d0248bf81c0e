import type { AgentView } from "../entities.ts";

/** What the endpoints need of the agent's core. */
export interface ServedAgent extends AgentView {
  /** Counters and gauges that only the core can know, by Mesos's names. */
  metrics(): ReadonlyMap<string, number>;
}
