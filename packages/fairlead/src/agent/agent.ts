import { AgentCore, type AgentDeps } from "./agent-core.ts";
import type { AgentConfig } from "./config.ts";
import type { AgentEnd } from "./departure.ts";
import type { AgentView } from "./entities.ts";

export type { AgentDeps, AgentMachine } from "./agent-core.ts";
export type { AgentEnd } from "./departure.ts";

/** A running agent. */
export interface Agent extends AgentView {
  /** Resolves when the agent has ended by itself: the process should call `stop` and exit. Never rejects. */
  readonly end: Promise<AgentEnd>;

  /**
   * Finds again what the run before left, then registers with the master. Resolves when the recovery is done, registered or not.
   *
   * Errors: STORE_FAILED, AGENT_INCOMPATIBLE, those of the containerizer's recovery. No container was ended then that runs rightly.
   */
  start(): Promise<void>;

  /**
   * Ends the agent; what it was given (store, containerizer) stays open. Idempotent, takes some seconds at most, never rejects.
   *
   * `endTasks`: all tasks are ended and reported, the agent unregisters and forgets its id. Otherwise tasks of checkpointing frameworks run
   * on, those of others are ended without a report, as in Mesos.
   */
  stop(options: { endTasks: boolean }): Promise<void>;

  /** The metrics that cannot be read from the entities, by Mesos's names. */
  metrics(): ReadonlyMap<string, number>;
}

/** Makes an agent; nothing happens before `start`. */
export async function createAgent(config: AgentConfig, deps: AgentDeps): Promise<Agent> {
  return new AgentCore(config, deps);
}
