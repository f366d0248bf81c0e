import type { ContainerId, ContainerStatus, Resource, ResourceStatistics } from "@fairlead/mesos-api";
import { FairleadError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files/write-file-atomic.ts";
import type { ContainerConfig, Containerizer, ContainerTermination } from "../containerizer.ts";
import { ContainerCgroup, removeCgroupRoot } from "./cgroups/container-cgroup.ts";
import type { CgroupLayout } from "./cgroups/layout.ts";
import { Container } from "./container.ts";
import { writeRecord } from "./container-record.ts";
import { destroyContainer } from "./destroy-container.ts";
import { findContainers } from "./found-containers.ts";
import { launchContainer, throwIfDestroyed } from "./launch-container.ts";
import type { Parts } from "./parts.ts";
import { containerPaths } from "./paths.ts";
import { recoverContainers } from "./recover.ts";
import { signalContainer } from "./signal-container.ts";
import { startContainer } from "./start-container.ts";
import { isServed, validateContainer } from "./validate-container.ts";

/** What a containerizer is put together from, see create-mesos-containerizer.ts. */
export interface MesosContainerizerParts extends Parts {
  readonly runtimeDir: string;
  readonly layout: CgroupLayout;
  readonly cgroupsRoot: string;
  /** The names of the isolators at work. */
  readonly isolation: ReadonlySet<string>;
}

/** The containerizer of containers that an OCI runtime creates, and that Mesos's isolators prepare. */
export class MesosContainerizer implements Containerizer {
  readonly #parts: MesosContainerizerParts;
  readonly #containers = new Map<ContainerId, Container>();
  /** On their way: a container is frozen meanwhile, and must not stay so because the agent goes. */
  readonly #signals = new Set<Promise<boolean>>();

  constructor(parts: MesosContainerizerParts) {
    this.#parts = parts;
  }

  async records(): Promise<readonly ContainerConfig[]> {
    const found = await findContainers(this.#parts.runtimeDir, this.#parts.log);
    return found.flatMap(({ config }) => config ?? []);
  }

  async recover(known: readonly ContainerConfig[]): Promise<void> {
    const toContainer = (id: ContainerId, config?: ContainerConfig) => this.#container(id, config);
    for (const container of await recoverContainers(this.#parts, this.#parts.runtimeDir, known, toContainer)) {
      this.#containers.set(container.id, container);
    }
  }

  async launch(config: ContainerConfig): Promise<boolean> {
    if (!isServed(config)) {
      return false;
    }
    validateContainer(config, this.#parts.isolation);
    const id = config.containerId;
    if (this.#containers.has(id)) {
      throw new FairleadError("CONTAINER_EXISTS", `Container ${id} already exists`, { data: { containerId: id } });
    }
    const container = this.#container(id, config);
    this.#containers.set(id, container);
    await container.inTurn(async () => {
      try {
        await launchContainer(this.#parts, container, config);
      } catch (error) {
        await this.#takeDown(container);
        // a launch that was stopped may fail with whatever was under way
        throwIfDestroyed(container);
        throw error;
      }
    });
    return true;
  }

  async start(containerId: ContainerId): Promise<void> {
    const container = this.#known(containerId);
    await container.inTurn(async () => {
      throwIfDestroyed(container);
      await startContainer(this.#parts, container);
    });
  }

  async update(
    containerId: ContainerId,
    resources: readonly Resource[],
    limits: Readonly<Record<string, number>>,
  ): Promise<void> {
    const container = this.#containers.get(containerId);
    await container?.inTurn(async () => {
      const { config, paths, process, hasTerminated, destroyRequested } = container;
      if (config === undefined || process === undefined || hasTerminated || destroyRequested) return;
      await this.#parts.pipeline.update(containerId, resources, limits);
      container.config = { ...config, resources, limits };
      await writeFileAtomic(paths.config, writeRecord(container.config), { mode: 0o600 });
    });
  }

  async status(containerId: ContainerId): Promise<ContainerStatus> {
    const container = this.#known(containerId);
    return await container.inTurn(async () => {
      const status = await this.#parts.pipeline.status(containerId);
      if (container.process !== undefined) {
        status.executorPid = container.process.init.pid;
      }
      return status;
    });
  }

  async usage(containerId: ContainerId): Promise<ResourceStatistics> {
    const { pipeline, clock } = this.#parts;
    return await this.#known(containerId).inTurn(() => pipeline.usage(containerId, clock.now()));
  }

  async wait(containerId: ContainerId): Promise<ContainerTermination> {
    return await this.#known(containerId).terminated;
  }

  async kill(containerId: ContainerId, signal: number): Promise<boolean> {
    const container = this.#containers.get(containerId);
    if (container === undefined) return false;
    const sent = signalContainer(this.#parts, container, signal);
    this.#signals.add(sent);
    try {
      return await sent;
    } finally {
      this.#signals.delete(sent);
    }
  }

  async destroy(containerId: ContainerId): Promise<ContainerTermination | undefined> {
    const container = this.#containers.get(containerId);
    if (container === undefined) {
      return undefined;
    }
    container.destroyRequested = true;
    this.#parts.pipeline.abort(containerId);
    return await container.inTurn(() => this.#takeDown(container));
  }

  containers(): ReadonlySet<ContainerId> {
    return new Set(this.#containers.keys());
  }

  async close(): Promise<void> {
    for (const { exitWatch } of this.#containers.values()) {
      exitWatch?.close();
    }
    await Promise.allSettled(this.#signals);
    await this.#parts.pipeline.close();
    if (this.#containers.size === 0) {
      await removeCgroupRoot(this.#parts.layout, this.#parts.cgroupsRoot);
    }
  }

  #container(id: ContainerId, config?: ContainerConfig): Container {
    const { runtimeDir, layout, cgroupsRoot, clock } = this.#parts;
    return new Container(
      id,
      containerPaths(runtimeDir, id),
      new ContainerCgroup(layout, cgroupsRoot, id, clock),
      config,
    );
  }

  #known(containerId: ContainerId): Container {
    const container = this.#containers.get(containerId);
    if (container === undefined) {
      throw new FairleadError("CONTAINER_UNKNOWN", `Unknown container: ${containerId}`, { data: { containerId } });
    }
    return container;
  }

  /** Once for each container, whoever asks. */
  #takeDown(container: Container): Promise<ContainerTermination> {
    container.destruction ??= destroyContainer(this.#parts, container).finally(() =>
      this.#containers.delete(container.id),
    );
    return container.destruction;
  }
}
