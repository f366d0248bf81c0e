import type { AgentId, AgentInfo, FrameworkId, internal, MasterInfo, scheduler } from "@fairlead/mesos-api";
import type { Authorizer, Principal } from "../base/authorizer.ts";
import type { Clock } from "../base/clock.ts";
import type { EventStream } from "../base/event-stream.ts";
import type { Logger } from "../base/log.ts";
import type { Store } from "../base/store/store.ts";
import { agentCall } from "./agents/calls.ts";
import { agentDisconnected } from "./agents/disconnect.ts";
import { awaitRecoveredAgents, collectRegistryGarbage } from "./agents/recovery.ts";
import { registerAgent } from "./agents/register.ts";
import { endSession } from "./agents/remove.ts";
import { Allocator } from "./allocator/allocator.ts";
import type { MasterConfig } from "./config.ts";
import type { Core } from "./core.ts";
import type { AgentView, FrameworkView, MasterView } from "./entities.ts";
import { closeConnection } from "./frameworks/connection.ts";
import { schedulerDisconnected } from "./frameworks/disconnect.ts";
import { removeFramework } from "./frameworks/remove.ts";
import { subscribe } from "./frameworks/subscribe.ts";
import type { CallOutcome, MasterCalls } from "./master-calls.ts";
import { createMasterInfo, type MasterAddress } from "./master-info.ts";
import { Counters } from "./metrics/counters.ts";
import { metricsSnapshot } from "./metrics/snapshot.ts";
import { Timing } from "./metrics/timing.ts";
import { makeOffers } from "./offers/offers.ts";
import { RecentMap } from "./recent-map.ts";
import { Registry } from "./registry.ts";
import { schedulerCall } from "./scheduler/call.ts";

export interface MasterDependencies {
  /** Where the registry is kept. The master does not close it. */
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: { uuid(): string };
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly authorizer: Authorizer;
  readonly address: MasterAddress;
}

/** The master without its HTTP edge: what its endpoints call and read. */
export interface Master extends MasterCalls, MasterView {
  /** Whether the registry has been read: always, once there is a master. */
  readonly recovered: boolean;
  /** Every metric of the core under Mesos's name. */
  metrics(): ReadonlyMap<string, number>;
  /** Ends all streams and timers. What is known lives on in the registry, and in the agents. Idempotent. */
  close(): Promise<void>;
}

/**
 * Reads the registry and begins to make offers.
 *
 * Agents that an earlier master admitted are waited for; their tasks and frameworks come back with them. Errors: STORE_FAILED.
 */
export async function createMaster(config: MasterConfig, dependencies: MasterDependencies): Promise<Master> {
  const { clock, random, log, authorizer, address, ids, store } = dependencies;
  const startedMs = clock.now();
  const timings = {
    fetch: new Timing("registrar/state_fetch_ms"),
    store: new Timing("registrar/state_store_ms"),
    run: new Timing("allocator/mesos/allocation_run_ms"),
    latency: new Timing("allocator/mesos/allocation_run_latency_ms"),
  };
  const beginMs = clock.monotonic();
  const { registry, admitted } = await Registry.open(store, clock, (durationMs) =>
    timings.store.add(clock.now(), durationMs),
  );
  timings.fetch.add(clock.now(), clock.monotonic() - beginMs);
  const core: Core = {
    config,
    info: createMasterInfo(config, address, ids.uuid()),
    clock,
    random,
    log,
    authorizer,
    registry,
    allocator: new Allocator({
      clock,
      random,
      allocationIntervalMs: config.allocationIntervalMs,
      weights: config.weights,
      rules: {
        filterGpuResources: config.filterGpuResources,
        minAllocatableResources: config.minAllocatableResources.map(
          (minimum) => new Map(Array.from(minimum, ([name, amount]) => [name, Math.round(amount * 1000)])),
        ),
        domain: config.domain,
      },
      onAllocated: (frameworkId, allocations) => makeOffers(core, frameworkId, allocations),
      onRun: (latencyMs, durationMs) => {
        timings.latency.add(clock.now(), latencyMs);
        timings.run.add(clock.now(), durationMs);
      },
    }),
    counters: new Counters(),
    frameworks: new Map(),
    completedFrameworks: new RecentMap(config.maxCompletedFrameworks),
    agents: new Map(),
    recoveredAgents: admitted,
    leavingAgents: new Set(),
    offers: new Map(),
    schedulerStreams: new Map(),
    agentSessions: new Map(),
    registrations: new Map(),
    timers: new Set(),
    sequence: { framework: 0, agent: 0, offer: 0 },
    closed: false,
  };
  core.allocator.start();
  awaitRecoveredAgents(core);
  collectRegistryGarbage(core);
  return new MasterCore(core, startedMs, Object.values(timings));
}

/** The answer to everything that comes in after the end. */
const CLOSED: CallOutcome = { status: 503, message: "The master is shutting down" };

class MasterCore implements Master {
  readonly recovered = true;
  readonly startedMs: number;
  readonly electedMs: number;
  readonly #core: Core;
  readonly #timings: readonly Timing[];

  constructor(core: Core, startedMs: number, timings: readonly Timing[]) {
    this.#core = core;
    this.#timings = timings;
    this.startedMs = startedMs;
    this.electedMs = core.clock.now();
  }

  get info(): MasterInfo {
    return this.#core.info;
  }

  get frameworks(): ReadonlyMap<FrameworkId, FrameworkView> {
    return this.#core.frameworks;
  }

  get completedFrameworks(): readonly FrameworkView[] {
    return [...this.#core.completedFrameworks.entries.values()];
  }

  get agents(): ReadonlyMap<AgentId, AgentView> {
    return this.#core.agents;
  }

  get recoveredAgents(): ReadonlyMap<AgentId, AgentInfo> {
    return this.#core.recoveredAgents;
  }

  get unreachableAgents(): ReadonlyMap<AgentId, number> {
    return this.#core.registry.unreachable;
  }

  subscribeScheduler(
    call: scheduler.Call,
    stream: EventStream<scheduler.Event>,
    streamId: string,
    principal: Principal,
  ): CallOutcome {
    return this.#core.closed ? CLOSED : subscribe(this.#core, call, stream, streamId, principal);
  }

  schedulerDisconnected(streamId: string): void {
    schedulerDisconnected(this.#core, streamId);
  }

  schedulerCall(call: scheduler.Call, streamId: string | undefined, principal: Principal): CallOutcome {
    return this.#core.closed ? CLOSED : schedulerCall(this.#core, call, streamId, principal);
  }

  registerAgent(
    register: internal.AgentCall_Register,
    stream: EventStream<internal.AgentEvent>,
    streamId: string,
    secret: string | undefined,
  ): CallOutcome {
    return this.#core.closed ? CLOSED : registerAgent(this.#core, register, stream, streamId, secret);
  }

  agentDisconnected(streamId: string): void {
    agentDisconnected(this.#core, streamId);
  }

  agentCall(call: internal.AgentCall, streamId: string): CallOutcome {
    return this.#core.closed ? CLOSED : agentCall(this.#core, call, streamId);
  }

  teardown(frameworkId: FrameworkId, principal: Principal): CallOutcome {
    if (this.#core.closed) return CLOSED;
    const framework = this.#core.frameworks.get(frameworkId);
    if (framework === undefined) return { status: 400, message: "No framework found with specified ID" };
    const object = { kind: "framework", value: frameworkId } as const;
    if (!this.#core.authorizer.authorize(principal, "teardown_framework", object)) return { status: 403 };
    removeFramework(this.#core, framework);
    return { status: 200 };
  }

  metrics(): ReadonlyMap<string, number> {
    const metrics = metricsSnapshot(this.#core, this.#timings);
    metrics.set("master/uptime_secs", (this.#core.clock.now() - this.startedMs) / 1000);
    return metrics;
  }

  async close(): Promise<void> {
    if (this.#core.closed) return;
    this.#core.closed = true;
    for (const timer of this.#core.timers) timer.cancel();
    this.#core.timers.clear();
    this.#core.allocator.stop();
    for (const framework of this.#core.frameworks.values()) {
      framework.failoverTimer?.cancel();
      for (const offer of framework.offers.keys()) this.#core.offers.get(offer)?.timer?.cancel();
      closeConnection(this.#core, framework);
    }
    for (const agent of this.#core.agents.values()) {
      agent.pingTimer?.cancel();
      agent.reregisterTimer?.cancel();
      endSession(this.#core, agent);
    }
    for (const session of this.#core.agentSessions.values()) session.stream.end();
    this.#core.agentSessions.clear();
    await Promise.all(Array.from(this.#core.registrations.values(), ({ done }) => done));
  }
}
