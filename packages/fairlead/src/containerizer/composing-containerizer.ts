import type { ContainerId, ContainerStatus, Resource, ResourceStatistics } from "@fairlead/mesos-api";
import { FairleadError } from "../base/errors.ts";
import type { ContainerConfig, Containerizer, ContainerTermination } from "./containerizer.ts";

/**
 * Several containerizers as one (`--containerizers`): the first that serves a container has it, from its launch to its end.
 *
 * Each decides by `ContainerInfo.type` what it serves.
 */
export function createComposingContainerizer(containerizers: readonly Containerizer[]): Containerizer {
  return new ComposingContainerizer(containerizers);
}

class ComposingContainerizer implements Containerizer {
  readonly #all: readonly Containerizer[];
  /** Who has each container; while it is launched, whoever tries. */
  readonly #owners = new Map<ContainerId, Containerizer>();

  constructor(all: readonly Containerizer[]) {
    this.#all = all;
  }

  async records(): Promise<readonly ContainerConfig[]> {
    return (await Promise.all(this.#all.map((one) => one.records()))).flat();
  }

  async recover(known: readonly ContainerConfig[]): Promise<void> {
    const recorded = await Promise.all(
      this.#all.map(async (one) => new Set((await one.records()).map(({ containerId }) => containerId))),
    );
    const shares: ContainerConfig[][] = this.#all.map(() => []);
    for (const config of known) {
      // one of which nobody has a record is gone, and any of them can say so
      const index = Math.max(
        recorded.findIndex((ids) => ids.has(config.containerId)),
        0,
      );
      shares[index]?.push(config);
      const owner = this.#all[index];
      if (owner !== undefined) this.#owners.set(config.containerId, owner);
    }
    await Promise.all(this.#all.map((one, index) => one.recover(shares[index] ?? [])));
  }

  async launch(config: ContainerConfig): Promise<boolean> {
    const { containerId } = config;
    if (this.#owners.has(containerId)) {
      throw new FairleadError("CONTAINER_EXISTS", `Container ${containerId} already exists`, { data: { containerId } });
    }
    try {
      for (const one of this.#all) {
        this.#owners.set(containerId, one);
        if (await one.launch(config)) return true;
      }
    } catch (error) {
      this.#owners.delete(containerId);
      throw error;
    }
    this.#owners.delete(containerId);
    return false;
  }

  async start(containerId: ContainerId): Promise<void> {
    await this.#owner(containerId).start(containerId);
  }

  async update(
    containerId: ContainerId,
    resources: readonly Resource[],
    limits: Readonly<Record<string, number>>,
  ): Promise<void> {
    await this.#owners.get(containerId)?.update(containerId, resources, limits);
  }

  async status(containerId: ContainerId): Promise<ContainerStatus> {
    return await this.#owner(containerId).status(containerId);
  }

  async usage(containerId: ContainerId): Promise<ResourceStatistics> {
    return await this.#owner(containerId).usage(containerId);
  }

  async wait(containerId: ContainerId): Promise<ContainerTermination> {
    return await this.#owner(containerId).wait(containerId);
  }

  async kill(containerId: ContainerId, signal: number): Promise<boolean> {
    return (await this.#owners.get(containerId)?.kill(containerId, signal)) ?? false;
  }

  async destroy(containerId: ContainerId): Promise<ContainerTermination | undefined> {
    const termination = await this.#owners.get(containerId)?.destroy(containerId);
    this.#owners.delete(containerId);
    return termination;
  }

  containers(): ReadonlySet<ContainerId> {
    return new Set(this.#all.flatMap((one) => [...one.containers()]));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((one) => one.close()));
  }

  #owner(containerId: ContainerId): Containerizer {
    const owner = this.#owners.get(containerId);
    if (owner === undefined) {
      throw new FairleadError("CONTAINER_UNKNOWN", `Unknown container: ${containerId}`, { data: { containerId } });
    }
    return owner;
  }
}
