import type { ContainerId, Resource } from "@fairlead/mesos-api";
import type { ContainerCgroup } from "../../cgroups/container-cgroup.ts";
import type { RecoveredContainer } from "../../isolator.ts";

/** What an isolator of a cgroup controller knows of a container. */
export interface Booked {
  readonly resources: readonly Resource[];
  readonly limits: Readonly<Record<string, number>>;
}

/** What isolators of cgroup controllers are given. */
export interface CgroupsContext {
  cgroup(containerId: ContainerId): ContainerCgroup;
}

/** The containers of a cgroup controller, by what is booked for them. */
export class BookedContainers {
  readonly #booked = new Map<ContainerId, Booked>();

  set(containerId: ContainerId, { resources, limits }: Booked): void {
    this.#booked.set(containerId, { resources, limits });
  }

  get(containerId: ContainerId): Booked | undefined {
    return this.#booked.get(containerId);
  }

  delete(containerId: ContainerId): void {
    this.#booked.delete(containerId);
  }

  recover(alive: readonly RecoveredContainer[]): void {
    for (const { config } of alive) {
      this.set(config.containerId, config);
    }
  }
}
