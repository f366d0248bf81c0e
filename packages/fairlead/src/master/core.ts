import type { AgentId, AgentInfo, FrameworkId, MasterInfo, OfferId } from "@fairlead/mesos-api";
import type { Authorizer } from "../base/authorizer.ts";
import type { Clock, Timer } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Agent } from "./agents/agent.ts";
import type { AgentSession } from "./agents/session.ts";
import type { Allocator } from "./allocator/allocator.ts";
import type { MasterConfig } from "./config.ts";
import type { Framework } from "./frameworks/framework.ts";
import type { Counters } from "./metrics/counters.ts";
import type { OutstandingOffer } from "./offers/outstanding-offer.ts";
import type { RecentMap } from "./recent-map.ts";
import type { Registry } from "./registry.ts";

/**
 * What all parts of the master share: its state, and its means. The parts are functions over it, one idea each; they run on the event loop and
 * finish before anything else can happen.
 */
export interface Core {
  readonly config: MasterConfig;
  readonly info: MasterInfo;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly authorizer: Authorizer;
  readonly registry: Registry;
  readonly allocator: Allocator;
  readonly counters: Counters;
  readonly frameworks: Map<FrameworkId, Framework>;
  readonly completedFrameworks: RecentMap<FrameworkId, Framework>;
  readonly agents: Map<AgentId, Agent>;
  /** Admitted, but not registered again since this master began. */
  readonly recoveredAgents: Map<AgentId, AgentInfo>;
  /** Agents of which the registry is being told that they left or are lost: until then nobody registers under their ids. */
  readonly leavingAgents: Set<AgentId>;
  readonly offers: Map<OfferId, OutstandingOffer>;
  /** Who holds which scheduler stream. */
  readonly schedulerStreams: Map<string, FrameworkId>;
  readonly agentSessions: Map<string, AgentSession>;
  /** Registrations that are under way: by agent id, or by pid for new agents. The newest session wins; `done` never rejects. */
  readonly registrations: Map<string, { readonly session: AgentSession; readonly done: Promise<void> }>;
  /** Timers of no entity: they end with the master. */
  readonly timers: Set<Timer>;
  readonly sequence: { framework: number; agent: number; offer: number };
  closed: boolean;
}
