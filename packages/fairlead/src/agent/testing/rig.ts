import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseResources } from "@fairlead/mesos-api";
import { FairleadError } from "../../base/errors.ts";
import { silentLogger } from "../../base/log.ts";
import { createMemoryStore } from "../../base/store/memory-store.ts";
import type { Store, StoreWrite } from "../../base/store/store.ts";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { type Agent, createAgent } from "../agent.ts";
import { BUCKETS } from "../checkpoint/checkpoint.ts";
import type { AgentConfig } from "../config.ts";
import type { MasterLink } from "../master-link.ts";
import { Doom } from "./doom.ts";
import { FakeContainerizer, FakeKernel } from "./fake-kernel.ts";
import { FakeMaster } from "./fake-master.ts";

/** How long a condition may take to come true, in milliseconds; file operations are real, everything else is not. */
const PATIENCE_MS = 60_000;

/**
 * A machine on which agents come and go: the disk, the kernel and the master stay. Time is virtual; the sandboxes are real directories.
 */
export class Rig implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly kernel = new FakeKernel();
  readonly master = new FakeMaster();
  readonly workDir: string;
  store: Store = createMemoryStore();
  /** What the disk says to the next writes; undefined: it takes them. */
  diskError: ((writes: readonly StoreWrite[]) => boolean) | undefined;
  bootId = "boot-1";
  users: Record<string, { uid: number; gid: number }> = {
    alice: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  };
  config: Partial<AgentConfig> = {};
  removeTree = (path: string): Promise<void> => rm(path, { recursive: true, force: true });
  /** How agents reach their master; scenarios put a real one in the place of {@link FakeMaster}. */
  link = (doom: Doom): MasterLink => this.master.link(doom);
  readonly #agents: { agent: Agent; doom: Doom }[] = [];

  constructor(workDir: string, clock: VirtualClock) {
    this.workDir = workDir;
    this.clock = clock;
  }

  static async create(clock = new VirtualClock()): Promise<Rig> {
    return new Rig(await mkdtemp(join(tmpdir(), "fairlead-agent-")), clock);
  }

  /** Makes an agent, without starting it. */
  async agent(doom = new Doom()): Promise<Agent> {
    const agent = await createAgent(this.#config(), {
      store: this.#diskFor(doom),
      containerizers: new FakeContainerizer(this.kernel, doom),
      link: this.link(doom),
      clock: this.clock,
      ids: { uuid: randomUUID },
      random: () => 0.5,
      log: silentLogger,
      address: { ip: "192.0.2.1", port: 5051 },
      machine: {
        bootId: async () => this.bootId,
        lookupUser: async (name) => {
          const user = this.users[name];
          if (user === undefined) throw new FairleadError("USER_UNKNOWN", `No such user '${name}'`);
          return user;
        },
        removeTree: (path) => this.removeTree(path),
      },
    });
    this.#agents.push({ agent, doom });
    return agent;
  }

  /** Starts an agent and waits until it is registered. */
  async start(): Promise<Agent> {
    const agent = await this.agent();
    await agent.start();
    await this.settleUntil(() => agent.registered);
    return agent;
  }

  /** The last agent dies, at once and without a word. */
  crash(): void {
    this.#agents.at(-1)?.doom.die();
    this.master.disconnect();
  }

  async restart(): Promise<Agent> {
    this.crash();
    return this.start();
  }

  /** Waits for files and promises, while time stands still. */
  async until(condition: () => boolean): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`never came true: ${condition}; told: ${this.master.states}`);
      await pause(1);
    }
  }

  /** The same, while time passes in steps of `stepMs`. */
  async settleUntil(condition: () => boolean, stepMs = 100): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`never came true: ${condition}; told: ${this.master.states}`);
      await pause(1);
      await this.clock.advance(stepMs);
    }
  }

  /** The keys that are in the checkpoint, except the agent's own. */
  async checkpointKeys(): Promise<string[]> {
    const keys: string[] = [];
    for (const bucket of Object.values(BUCKETS)) {
      if (bucket === BUCKETS.agent) continue;
      for (const { key } of await this.store.list(bucket)) keys.push(`${bucket}:${key}`);
    }
    return keys;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { doom } of this.#agents) doom.die();
    await rm(this.workDir, { recursive: true, force: true });
  }

  #diskFor(doom: Doom): Store {
    return {
      list: (bucket) => doom.run(() => this.store.list(bucket)),
      apply: (writes) =>
        doom.run(() => {
          if (this.diskError?.(writes)) throw new FairleadError("STORE_FAILED", "the disk is full");
          return this.store.apply(writes);
        }),
      close: async () => {},
    };
  }

  #config(): AgentConfig {
    return {
      ip: "192.0.2.1",
      port: 5051,
      hostname: "agent.example",
      master: "master.example:5050",
      workDir: this.workDir,
      runtimeDir: join(this.workDir, "run"),
      resources: parseResources("cpus:8;mem:4096;disk:1024;ports:[31000-32000]", { defaultRole: "*" }),
      attributes: [],
      switchUser: true,
      executorShutdownGracePeriodMs: 5_000,
      registrationBackoffFactorMs: 1_000,
      maxCompletedExecutorsPerFramework: 150,
      gcDelayMs: 7 * 24 * 3600 * 1000,
      recover: "reconnect",
      maxRequestBodyBytes: 16 * 1024 * 1024,
      flags: new Map(),
      ...this.config,
    };
  }
}
