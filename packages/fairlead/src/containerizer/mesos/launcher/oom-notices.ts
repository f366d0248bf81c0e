import { type FSWatcher, watch } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import type { ContainerId } from "@fairlead/mesos-api";

/** Waits for the files with which conmon tells that the kernel ran out of memory in a container's cgroup. */
export class OomNotices {
  readonly #pathOf: (containerId: ContainerId) => string;
  readonly #watchers = new Map<ContainerId, FSWatcher>();

  constructor(pathOf: (containerId: ContainerId) => string) {
    this.#pathOf = pathOf;
  }

  /** Resolves when the notice is there; stays pending when there is none before `drop`. One wait for each container. */
  async wait(containerId: ContainerId): Promise<void> {
    const path = this.#pathOf(containerId);
    this.drop(containerId);
    await new Promise<void>((resolve, reject) => {
      const look = () => void access(path).then(resolve, () => {});
      const watcher = watch(dirname(path), { persistent: false }, look);
      watcher.on("error", reject);
      this.#watchers.set(containerId, watcher);
      look();
    });
    this.drop(containerId);
  }

  drop(containerId: ContainerId): void {
    this.#watchers.get(containerId)?.close();
    this.#watchers.delete(containerId);
  }

  close(): void {
    for (const containerId of this.#watchers.keys()) {
      this.drop(containerId);
    }
  }
}
