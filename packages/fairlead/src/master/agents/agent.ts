import {
  type AgentId,
  type AgentInfo,
  type AgentInfo_Capability,
  type FrameworkId,
  type internal,
  type KillPolicy,
  type Offer,
  type OfferId,
  Resources,
  type TaskId,
} from "@fairlead/mesos-api";
import type { Timer } from "../../base/clock.ts";
import type { AgentView } from "../entities.ts";
import { ResourceBook } from "../resource-book.ts";
import type { AgentSession } from "./session.ts";

/** What an agent says of itself when it registers. */
export interface AgentFacts {
  readonly info: AgentInfo;
  readonly pid: string;
  readonly version: string;
  readonly capabilities: readonly AgentInfo_Capability[];
  readonly features: ReadonlySet<internal.Feature>;
}

/** A registered agent. Only the master's core changes it; messages in it are replaced, never changed. */
export class Agent implements AgentView {
  readonly id: AgentId;
  readonly registeredMs: number;
  reregisteredMs: number | undefined;
  /** The connection; undefined while the agent is away. */
  session: AgentSession | undefined;
  active = false;
  readonly #used = new ResourceBook<FrameworkId>();
  readonly offers = new Map<OfferId, Offer>();
  offered = Resources.none;
  /** The tasks on it; the tasks themselves belong to their frameworks. */
  readonly taskIds = new Map<FrameworkId, Set<TaskId>>();
  /** Tasks that shall be killed: told again when the agent comes back, because it may not have heard. */
  readonly kills = new Map<FrameworkId, Map<TaskId, KillPolicy | undefined>>();
  /** Pings in a row that were not answered. */
  missedPings = 0;
  pingPending = false;
  pingTimer: Timer | undefined;
  reregisterTimer: Timer | undefined;
  #facts!: AgentFacts;
  #total!: Resources;

  constructor(id: AgentId, facts: AgentFacts, nowMs: number) {
    this.id = id;
    this.registeredMs = nowMs;
    this.facts = facts;
  }

  set facts(facts: AgentFacts) {
    this.#facts = facts;
    this.#total = Resources.of(facts.info.resources);
  }

  get info(): AgentInfo {
    return this.#facts.info;
  }

  get pid(): string {
    return this.#facts.pid;
  }

  get version(): string {
    return this.#facts.version;
  }

  get capabilities(): readonly AgentInfo_Capability[] {
    return this.#facts.capabilities;
  }

  get features(): ReadonlySet<internal.Feature> {
    return this.#facts.features;
  }

  get connected(): boolean {
    return this.session !== undefined;
  }

  get total(): Resources {
    return this.#total;
  }

  get used(): Resources {
    return this.#used.total;
  }

  get usedByFramework(): ReadonlyMap<FrameworkId, Resources> {
    return this.#used.entries;
  }

  /** Books resources of a task or an executor. */
  use(frameworkId: FrameworkId, resources: Resources): void {
    this.#used.add(frameworkId, resources);
  }

  /** Takes booked resources back. */
  free(frameworkId: FrameworkId, resources: Resources): void {
    this.#used.subtract(frameworkId, resources);
  }

  addTaskId(frameworkId: FrameworkId, taskId: TaskId): void {
    const ids = this.taskIds.get(frameworkId);
    if (ids === undefined) this.taskIds.set(frameworkId, new Set([taskId]));
    else ids.add(taskId);
  }

  /** Forgets a task, and the wish to kill it. */
  deleteTaskId(frameworkId: FrameworkId, taskId: TaskId): void {
    const ids = this.taskIds.get(frameworkId);
    ids?.delete(taskId);
    if (ids?.size === 0) this.taskIds.delete(frameworkId);
    const kills = this.kills.get(frameworkId);
    kills?.delete(taskId);
    if (kills?.size === 0) this.kills.delete(frameworkId);
  }

  addKill(frameworkId: FrameworkId, taskId: TaskId, policy: KillPolicy | undefined): void {
    const kills = this.kills.get(frameworkId);
    if (kills === undefined) this.kills.set(frameworkId, new Map([[taskId, policy]]));
    else kills.set(taskId, policy);
  }

  /** Sends an event; it is lost while the agent is away. */
  send(event: internal.AgentEvent): void {
    this.session?.stream.send(event);
  }
}
