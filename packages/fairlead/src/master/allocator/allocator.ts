import {
  type AgentId,
  type AgentInfo,
  type AgentInfo_Capability,
  type Filters,
  type FrameworkId,
  type FrameworkInfo,
  isAllocatableTo,
  type Resources,
} from "@fairlead/mesos-api";
import type { Clock, Timer } from "../../base/clock.ts";
import { AllocatorAgent } from "./agent.ts";
import { isUnderstood, isWorthOffering, mayReceive, type OfferRules } from "./eligibility.ts";
import type { AllocatorFramework } from "./framework.ts";
import type { OfferConstraintsFilter } from "./offer-constraints.ts";
import { scalarQuantities } from "./quantities.ts";
import { RoleShares } from "./role-shares.ts";
import { shuffle } from "./shuffle.ts";

/** Resources of one agent that go to one framework for one role; they carry allocation_info. */
export interface Allocation {
  readonly agentId: AgentId;
  readonly role: string;
  readonly resources: Resources;
}

export interface AllocatorOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly allocationIntervalMs: number;
  readonly weights: ReadonlyMap<string, number>;
  readonly rules: OfferRules;
  /** Takes what a run has allocated to a framework. Called after the run, once per framework. */
  readonly onAllocated: (frameworkId: FrameworkId, allocations: readonly Allocation[]) => void;
  /** How long a request for a run waited, and how long the run took. */
  readonly onRun?: (latencyMs: number, durationMs: number) => void;
}

/**
 * Decides which free resources are offered to whom: hierarchical dominant resource fairness, roles by weight, then the frameworks of a role.
 *
 * A run over all agents every `allocationIntervalMs`, and one over the agents concerned soon after something changed. What is allocated counts as
 * used until it is recovered. Nothing in here is asynchronous but the runs themselves.
 *
 * Source: Mesos's `HierarchicalAllocatorProcess` (without quota).
 */
export class Allocator {
  readonly #options: AllocatorOptions;
  readonly #frameworks = new Map<FrameworkId, AllocatorFramework>();
  readonly #agents = new Map<AgentId, AllocatorAgent>();
  readonly #shares: RoleShares;
  readonly #candidates = new Set<AgentId>();
  #batchTimer: Timer | undefined;
  #runTimer: Timer | undefined;
  #requestedMs = 0;
  #runs = 0;

  constructor(options: AllocatorOptions) {
    this.#options = options;
    this.#shares = new RoleShares(options.weights, (frameworkId, role) => this.#holds(frameworkId, role));
  }

  get agents(): ReadonlyMap<AgentId, AllocatorAgent> {
    return this.#agents;
  }

  /** The runs so far. */
  get runs(): number {
    return this.#runs;
  }

  /** The filters that are in force, by role. */
  activeFilters(): ReadonlyMap<string, number> {
    const counts = new Map(Array.from(this.#shares.names(), (role) => [role, 0]));
    for (const { refusals } of this.#frameworks.values()) {
      for (const [role, count] of refusals.counts()) counts.set(role, (counts.get(role) ?? 0) + count);
    }
    return counts;
  }

  /** Begins the runs over all agents. */
  start(): void {
    const { clock, allocationIntervalMs } = this.#options;
    this.#batchTimer = clock.after(
      allocationIntervalMs,
      () => {
        this.start();
        this.#requestRun(this.#agents.keys());
      },
      { background: true },
    );
  }

  stop(): void {
    this.#batchTimer?.cancel();
    this.#runTimer?.cancel();
    this.#runTimer = undefined;
    for (const framework of this.#frameworks.values()) framework.refusals.clear();
  }

  /** Adds a framework that has nothing yet, inactive. */
  addFramework(framework: AllocatorFramework, suppressedRoles: Iterable<string>): void {
    this.#frameworks.set(framework.id, framework);
    for (const role of suppressedRoles) framework.suppressedRoles.add(role);
    for (const role of framework.roles) this.#shares.join(framework.id, role);
  }

  /** Removes a framework, and takes back everything that it has. */
  removeFramework(frameworkId: FrameworkId): void {
    const framework = this.#framework(frameworkId);
    for (const agent of this.#agents.values()) {
      const resources = agent.allocated.get(frameworkId);
      if (resources === undefined) continue;
      agent.release(frameworkId, resources);
      this.#shares.released(framework, resources);
      this.#requestRun([agent.id]);
    }
    for (const role of framework.roles) this.#shares.leave(frameworkId, role);
    framework.refusals.clear();
    this.#frameworks.delete(frameworkId);
  }

  /** Lets a framework have offers again, of the roles that it has not suppressed. */
  activateFramework(frameworkId: FrameworkId): void {
    const framework = this.#framework(frameworkId);
    framework.isActive = true;
    this.#shares.updateActivity(framework);
    this.#requestRun(this.#agents.keys());
  }

  /** Stops offers to a framework and forgets its filters; what it has stays its own. */
  deactivateFramework(frameworkId: FrameworkId): void {
    const framework = this.#framework(frameworkId);
    framework.isActive = false;
    this.#shares.updateActivity(framework);
    framework.refusals.clear();
  }

  /** Takes over a changed FrameworkInfo. Newly suppressed roles fall silent, others that were suppressed are revived. */
  updateFramework(
    frameworkId: FrameworkId,
    info: FrameworkInfo,
    suppressedRoles: ReadonlySet<string>,
    constraints: OfferConstraintsFilter,
  ): void {
    const framework = this.#framework(frameworkId);
    const before = framework.roles;
    framework.setInfo(info);
    framework.constraints = constraints;
    for (const role of framework.roles) if (!before.has(role)) this.#shares.join(frameworkId, role);
    for (const role of before) {
      if (framework.roles.has(role)) continue;
      framework.suppressedRoles.delete(role);
      framework.refusals.clearRole(role);
      this.#shares.leave(frameworkId, role);
    }
    const revived = [...framework.suppressedRoles].filter((role) => !suppressedRoles.has(role));
    for (const role of suppressedRoles) framework.suppressedRoles.add(role);
    for (const role of revived) {
      framework.suppressedRoles.delete(role);
      framework.refusals.clearRole(role);
    }
    this.#shares.updateActivity(framework);
    this.#requestRun(this.#agents.keys());
  }

  /** Stops offers of roles; none named means all. */
  suppress(frameworkId: FrameworkId, roles: readonly string[]): void {
    const framework = this.#framework(frameworkId);
    for (const role of roles.length > 0 ? roles : framework.roles) {
      framework.suppressedRoles.add(role);
    }
    this.#shares.updateActivity(framework);
  }

  /** Asks for offers of roles again and forgets what was declined for them; none named means all. */
  revive(frameworkId: FrameworkId, roles: readonly string[]): void {
    const framework = this.#framework(frameworkId);
    for (const role of roles.length > 0 ? roles : framework.roles) {
      framework.suppressedRoles.delete(role);
      framework.refusals.clearRole(role);
    }
    this.#shares.updateActivity(framework);
    this.#requestRun(this.#agents.keys());
  }

  /** Adds an agent, of whose resources `used` are taken already. */
  addAgent(
    agentId: AgentId,
    info: AgentInfo,
    capabilities: readonly AgentInfo_Capability[],
    total: Resources,
    used: ReadonlyMap<FrameworkId, Resources>,
  ): void {
    this.#agents.set(agentId, new AllocatorAgent(agentId, info, capabilities, total));
    this.#shares.changeTotal(scalarQuantities(total), 1);
    for (const [frameworkId, resources] of used) this.occupy(frameworkId, agentId, resources);
    this.#requestRun([agentId]);
  }

  /** Removes an agent with everything that frameworks have of it. */
  removeAgent(agentId: AgentId): void {
    const agent = this.#agent(agentId);
    this.#agents.delete(agentId);
    this.#candidates.delete(agentId);
    for (const [frameworkId, resources] of agent.allocated) {
      this.#shares.released(this.#framework(frameworkId), resources);
    }
    this.#shares.changeTotal(scalarQuantities(agent.total), -1);
    for (const { refusals } of this.#frameworks.values()) refusals.clearAgent(agentId);
  }

  /** Takes over what an agent says of itself. Changed attributes void what was declined: it may be wanted now. */
  updateAgent(
    agentId: AgentId,
    info: AgentInfo,
    capabilities: readonly AgentInfo_Capability[],
    total: Resources,
    attributesChanged: boolean,
  ): void {
    const agent = this.#agent(agentId);
    this.#shares.changeTotal(scalarQuantities(agent.total), -1);
    this.#shares.changeTotal(scalarQuantities(total), 1);
    agent.info = info;
    agent.setCapabilities(capabilities);
    agent.setTotal(total);
    if (attributesChanged) for (const { refusals } of this.#frameworks.values()) refusals.clearAgent(agentId);
    this.#requestRun([agentId]);
  }

  /** Lets an agent's resources be offered again. */
  activateAgent(agentId: AgentId): void {
    this.#agent(agentId).isActive = true;
    this.#requestRun([agentId]);
  }

  deactivateAgent(agentId: AgentId): void {
    this.#agent(agentId).isActive = false;
  }

  /** Counts resources as taken that were not allocated here: tasks that an agent brought with it. */
  occupy(frameworkId: FrameworkId, agentId: AgentId, resources: Resources): void {
    if (resources.isEmpty) return;
    this.#agent(agentId).allocate(frameworkId, resources);
    this.#shares.allocated(this.#framework(frameworkId), resources);
  }

  /** Takes back an offer, or a part of it. With `filters` it counts as declined. */
  recoverOffered(frameworkId: FrameworkId, agentId: AgentId, resources: Resources, filters: Filters | undefined): void {
    if (!this.#release(frameworkId, agentId, resources) || filters === undefined) return;
    const framework = this.#framework(frameworkId);
    // A deactivated framework has no filters: it begins afresh when it comes back.
    if (!framework.isActive) return;
    for (const [role, part] of resources.allocations()) {
      framework.refusals.add(
        role,
        agentId,
        part.unallocate(),
        filters.refuseSeconds,
        this.#options.allocationIntervalMs,
      );
    }
  }

  /** Takes back what a task or an executor used. It is offered at once, not only in the next run over all agents. */
  recoverUsed(frameworkId: FrameworkId, agentId: AgentId, resources: Resources): void {
    if (this.#release(frameworkId, agentId, resources)) this.#requestRun([agentId]);
  }

  #release(frameworkId: FrameworkId, agentId: AgentId, resources: Resources): boolean {
    const agent = this.#agents.get(agentId);
    const framework = this.#frameworks.get(frameworkId);
    if (resources.isEmpty || agent === undefined || framework === undefined) return false;
    agent.release(frameworkId, resources);
    this.#shares.released(framework, resources);
    return true;
  }

  #requestRun(agentIds: Iterable<AgentId>): void {
    for (const agentId of agentIds) this.#candidates.add(agentId);
    if (this.#runTimer !== undefined || this.#candidates.size === 0) return;
    this.#requestedMs = this.#options.clock.monotonic();
    // Not at once: what is going on now, such as the rest of a registration, shall be done before somebody hears of it.
    this.#runTimer = this.#options.clock.after(0, () => this.#run(), { background: true });
  }

  #run(): void {
    const { clock, random, onAllocated, onRun } = this.#options;
    const beginMs = clock.monotonic();
    this.#runTimer = undefined;
    this.#runs++;
    const allocations = new Map<FrameworkId, Allocation[]>();
    for (const agentId of shuffle([...this.#candidates], random)) {
      const agent = this.#agents.get(agentId);
      if (agent?.isActive) this.#allocateAgent(agent, allocations);
    }
    this.#candidates.clear();
    for (const [frameworkId, list] of allocations) onAllocated(frameworkId, list);
    onRun?.(beginMs - this.#requestedMs, clock.monotonic() - beginMs);
  }

  #allocateAgent(agent: AllocatorAgent, allocations: Map<FrameworkId, Allocation[]>): void {
    for (const role of this.#shares.order()) {
      if (agent.available.isEmpty) return;
      for (const frameworkId of this.#shares.members(role)) {
        const framework = this.#framework(frameworkId);
        const resources = this.#offerable(agent, role, framework);
        if (resources === undefined) continue;
        const allocated = resources.allocate(role);
        agent.allocate(framework.id, allocated);
        this.#shares.allocated(framework, allocated);
        const list = allocations.get(framework.id);
        const allocation = { agentId: agent.id, role, resources: allocated };
        if (list === undefined) allocations.set(framework.id, [allocation]);
        else list.push(allocation);
        if (agent.available.isEmpty) return;
      }
    }
  }

  /** What of an agent's free resources is offered to a framework for a role; undefined: nothing. */
  #offerable(agent: AllocatorAgent, role: string, framework: AllocatorFramework): Resources | undefined {
    const { rules } = this.#options;
    if (!mayReceive(framework, role, agent, rules) || framework.constraints.excludes(role, agent.info))
      return undefined;
    const resources = agent.available.filter(
      (resource) => isAllocatableTo(resource, role) && isUnderstood(resource, framework.capabilities),
    );
    if (!isWorthOffering(resources, role, framework, rules)) return undefined;
    return framework.refusals.covers(role, agent.id, resources) ? undefined : resources;
  }

  /** Whether a framework has anything for a role. */
  #holds(frameworkId: FrameworkId, role: string): boolean {
    for (const { allocated } of this.#agents.values()) {
      const resources = allocated.get(frameworkId);
      if (resources?.allocations().has(role)) return true;
    }
    return false;
  }

  #framework(id: FrameworkId): AllocatorFramework {
    const framework = this.#frameworks.get(id);
    if (framework === undefined) throw new Error(`bug: the allocator does not know framework ${id}`);
    return framework;
  }

  #agent(id: AgentId): AllocatorAgent {
    const agent = this.#agents.get(id);
    if (agent === undefined) throw new Error(`bug: the allocator does not know agent ${id}`);
    return agent;
  }
}
