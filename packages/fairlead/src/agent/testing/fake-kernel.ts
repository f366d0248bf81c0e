import {
  type ContainerId,
  type ContainerStatus,
  ContainerStatusSchema,
  create,
  NetworkInfoSchema,
  type ResourceStatistics,
  ResourceStatisticsSchema,
  toContainerIdMessage,
} from "@fairlead/mesos-api";
import { FairleadError } from "../../base/errors.ts";
import type { ContainerConfig, Containerizer, ContainerTermination } from "../../containerizer/containerizer.ts";
import { type Doom, never } from "./doom.ts";

interface FakeContainer {
  readonly config: ContainerConfig;
  phase: "created" | "running" | "ended";
  termination: ContainerTermination | undefined;
  readonly signals: number[];
  readonly ended: PromiseWithResolvers<void>;
}

/** The containers of a machine, which outlive agents. `log` tells what was done to them. */
export class FakeKernel {
  readonly containers = new Map<ContainerId, FakeContainer>();
  readonly log: string[] = [];
  /** How often the command of each container was started, over all its life. */
  readonly starts = new Map<ContainerId, number>();
  /** How many launches were begun. */
  launches = 0;
  /** Waited for within every launch. */
  launchGate: Promise<void> = Promise.resolve();
  startGate: Promise<void> = Promise.resolve();
  destroyGate: Promise<void> = Promise.resolve();
  launchError: Error | undefined;
  statusError: Error | undefined;
  /** What a command does once it runs. */
  onStart: (containerId: ContainerId) => void = () => {};
  /** What a container does when it gets a signal; by default every signal ends it. */
  onSignal: (containerId: ContainerId, signal: number) => void = (id, signal) => this.exit(id, { status: signal });

  /** The only container. */
  get only(): ContainerId {
    const [id, ...others] = this.containers.keys();
    if (id === undefined || others.length > 0) throw new Error(`there are ${this.containers.size} containers`);
    return id;
  }

  exit(id: ContainerId, termination: ContainerTermination): void {
    const container = this.containers.get(id);
    if (container === undefined || container.phase === "ended") return;
    container.phase = "ended";
    container.termination = termination;
    container.ended.resolve();
  }

  /** A machine that was switched off and on. */
  reboot(): void {
    this.containers.clear();
  }
}

/** A containerizer over a {@link FakeKernel}; several of them, one after the other, find the same containers. */
export class FakeContainerizer implements Containerizer {
  readonly #kernel: FakeKernel;
  readonly #doom: Doom;
  readonly #aborted = new Set<ContainerId>();
  readonly #launching = new Map<ContainerId, Promise<unknown>>();

  constructor(kernel: FakeKernel, doom: Doom) {
    this.#kernel = kernel;
    this.#doom = doom;
  }

  records(): Promise<readonly ContainerConfig[]> {
    return this.#doom.run(() => [...this.#kernel.containers.values()].map(({ config }) => config));
  }

  recover(known: readonly ContainerConfig[]): Promise<void> {
    return this.#doom.run(() => {
      const ids = new Set(known.map(({ containerId }) => containerId));
      for (const id of [...this.#kernel.containers.keys()]) {
        if (ids.has(id)) continue;
        this.#kernel.log.push("orphan destroyed");
        this.#remove(id);
      }
    });
  }

  launch(config: ContainerConfig): Promise<boolean> {
    const launched = this.#doom.run(async () => {
      this.#kernel.launches++;
      await this.#kernel.launchGate;
      if (this.#kernel.launchError !== undefined) throw this.#kernel.launchError;
      if (this.#aborted.has(config.containerId)) {
        throw new FairleadError("CONTAINER_DESTROYED", "the container was destroyed while it was being launched");
      }
      this.#kernel.log.push("launch");
      this.#kernel.containers.set(config.containerId, {
        config,
        phase: "created",
        termination: undefined,
        signals: [],
        ended: Promise.withResolvers<void>(),
      });
      return true;
    });
    this.#launching.set(
      config.containerId,
      launched.catch(() => {}),
    );
    return launched;
  }

  start(id: ContainerId): Promise<void> {
    return this.#doom.run(async () => {
      const container = this.#container(id);
      await this.#kernel.startGate;
      if (container.phase !== "created") return;
      container.phase = "running";
      this.#kernel.log.push("start");
      this.#kernel.starts.set(id, (this.#kernel.starts.get(id) ?? 0) + 1);
      this.#kernel.onStart(id);
    });
  }

  update(): Promise<void> {
    return this.#doom.run(() => {});
  }

  status(id: ContainerId): Promise<ContainerStatus> {
    return this.#doom.run(() => {
      if (this.#kernel.statusError !== undefined) throw this.#kernel.statusError;
      const { config } = this.#container(id);
      const names = (config.containerInfo?.networkInfos ?? []).filter((network) => network.name !== "");
      return create(ContainerStatusSchema, {
        containerId: toContainerIdMessage(id),
        networkInfos: names.map(({ name }, i) =>
          create(NetworkInfoSchema, { name, ipAddresses: [{ ipAddress: `10.0.${i}.2` }] }),
        ),
        executorPid: 42,
      });
    });
  }

  usage(): Promise<ResourceStatistics> {
    return this.#doom.run(() => create(ResourceStatisticsSchema, { timestamp: 0 }));
  }

  async wait(id: ContainerId): Promise<ContainerTermination> {
    const container = this.#kernel.containers.get(id);
    if (container === undefined) return this.#doom.run(() => ({}));
    await container.ended.promise;
    return this.#doom.run(() => container.termination ?? {});
  }

  kill(id: ContainerId, signal: number): Promise<boolean> {
    return this.#doom.run(() => {
      const container = this.#kernel.containers.get(id);
      this.#kernel.log.push(`kill ${signal}`);
      if (container?.phase !== "running") return false;
      container.signals.push(signal);
      this.#kernel.onSignal(id, signal);
      return true;
    });
  }

  async destroy(id: ContainerId): Promise<ContainerTermination | undefined> {
    if (this.#doom.dead) return never();
    this.#aborted.add(id);
    await this.#launching.get(id);
    return this.#doom.run(async () => {
      await this.#kernel.destroyGate;
      const container = this.#kernel.containers.get(id);
      if (container === undefined) return undefined;
      this.#kernel.log.push("destroy");
      this.#remove(id);
      return container.termination;
    });
  }

  containers(): ReadonlySet<ContainerId> {
    return new Set(this.#kernel.containers.keys());
  }

  async close(): Promise<void> {}

  #container(id: ContainerId): FakeContainer {
    const container = this.#kernel.containers.get(id);
    if (container === undefined) throw new FairleadError("CONTAINER_UNKNOWN", `no container has the id ${id}`);
    return container;
  }

  #remove(id: ContainerId): void {
    this.#kernel.exit(id, { status: 9 });
    this.#kernel.containers.delete(id);
  }
}
