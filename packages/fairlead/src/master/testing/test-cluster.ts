import { type MessageInitShape, type Offer, parseResources, type TaskInfoSchema } from "@fairlead/mesos-api";
import { permitAll } from "../../base/authorizer.ts";
import { silentLogger } from "../../base/log.ts";
import { createMemoryStore } from "../../base/store/memory-store.ts";
import type { Store } from "../../base/store/store.ts";
import { VirtualClock } from "../../base/virtual-clock.ts";
import type { MasterConfig } from "../config.ts";
import { createMaster, type Master, type MasterDependencies } from "../master.ts";
import { type AgentOptions, TestAgent } from "./test-agent.ts";
import { type FrameworkInit, TestScheduler } from "./test-scheduler.ts";

const DEFAULTS: MasterConfig = {
  ip: "127.0.0.1",
  port: 5050,
  allocationIntervalMs: 1_000,
  agentPingTimeoutMs: 15_000,
  maxAgentPingTimeouts: 5,
  agentReregisterTimeoutMs: 600_000,
  maxCompletedFrameworks: 50,
  maxCompletedTasksPerFramework: 1_000,
  maxUnreachableTasksPerFramework: 1_000,
  weights: new Map(),
  rootSubmissions: true,
  minAllocatableResources: [new Map([["cpus", 0.01]]), new Map([["mem", 32]])],
  filterGpuResources: true,
  maxRequestBodyBytes: 1 << 24,
  maxUnreadStreamBytes: 1 << 24,
  flags: new Map(),
};

/** A whole master in memory, under a virtual clock, with schedulers and agents that the test moves. */
export class TestCluster {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly config: MasterConfig;
  master: Master;
  readonly #dependencies: MasterDependencies;

  private constructor(config: MasterConfig, dependencies: MasterDependencies, clock: VirtualClock, master: Master) {
    this.config = config;
    this.clock = clock;
    this.store = dependencies.store;
    this.#dependencies = dependencies;
    this.master = master;
  }

  static async start(
    changes: Partial<MasterConfig> = {},
    dependencies: Partial<MasterDependencies> = {},
  ): Promise<TestCluster> {
    const clock = new VirtualClock();
    const all: MasterDependencies = {
      store: createMemoryStore(),
      clock,
      ids: countedIds(),
      random: pseudoRandom(1),
      log: silentLogger,
      authorizer: permitAll,
      address: { ip: "127.0.0.1", port: 5050 },
      ...dependencies,
    };
    const config = { ...DEFAULTS, ...changes };
    return new TestCluster(config, all, clock, await createMaster(config, all));
  }

  /** Another master on the same registry; the old one is gone without a word. */
  async restart(): Promise<void> {
    await this.master.close();
    this.master = await createMaster(this.config, this.#dependencies);
  }

  /** A subscribed scheduler. */
  scheduler(info?: Partial<FrameworkInit>): TestScheduler {
    const scheduler = new TestScheduler(this.master, info);
    scheduler.subscribe();
    return scheduler;
  }

  /** A registered agent. */
  async agent(options?: AgentOptions): Promise<TestAgent> {
    const agent = new TestAgent(this.master, this.clock, options);
    agent.register();
    await this.settle();
    return agent;
  }

  /** Lets promises settle and what was put off to "soon" happen: writes to the registry, requested allocation runs. */
  async settle(): Promise<void> {
    await this.clock.advance(0);
  }
}

/** A command task on the agent of an offer, allocated to nobody in particular. */
export function commandTask(
  taskId: string,
  offer: Pick<Offer, "agentId">,
  resources = "cpus:1;mem:128",
  rest: Partial<MessageInitShape<typeof TaskInfoSchema>> = {},
): MessageInitShape<typeof TaskInfoSchema> {
  return {
    name: taskId,
    taskId: { value: taskId },
    agentId: offer.agentId!,
    resources: parseResources(resources),
    command: { value: "sleep 60" },
    ...rest,
  } as MessageInitShape<typeof TaskInfoSchema>;
}

function countedIds(): { uuid(): string } {
  let count = 0;
  return { uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, "0")}` };
}

/** Mulberry32: the same numbers for the same seed. */
export function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
