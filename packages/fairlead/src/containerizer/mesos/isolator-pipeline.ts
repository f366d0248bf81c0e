import {
  type ContainerId,
  type ContainerStatus,
  ContainerStatusSchema,
  create,
  type Resource,
  type ResourceStatistics,
  ResourceStatisticsSchema,
  toContainerIdMessage,
} from "@fairlead/mesos-api";
import type { Logger } from "../../base/log.ts";
import type { ContainerConfig } from "../containerizer.ts";
import type { ContainerLaunchInfo, ContainerLimitation, Isolator, RecoveredContainer } from "./isolator.ts";
import { type MergedLaunchInfo, mergeLaunchInfos } from "./launch-info.ts";

/** The isolators in Mesos's order, run as one. */
export class IsolatorPipeline {
  readonly #isolators: readonly Isolator[];
  readonly #log: Logger;

  constructor(isolators: readonly Isolator[], log: Logger) {
    this.#isolators = isolators;
    this.#log = log;
  }

  async recover(alive: readonly RecoveredContainer[], orphans: readonly ContainerId[]): Promise<void> {
    for (const isolator of this.#isolators) {
      await isolator.recover(alive, orphans);
    }
  }

  /**
   * Runs `prepare` of each in order, with `proceed` before each, which throws to stop.
   *
   * Undoes nothing by itself: `cleanup` of all follows whatever this one throws.
   */
  async prepare(config: ContainerConfig, proceed: () => void): Promise<MergedLaunchInfo> {
    const infos: ContainerLaunchInfo[] = [];
    for (const isolator of this.#isolators) {
      proceed();
      const info = await isolator.prepare(config);
      if (info !== undefined) {
        infos.push(info);
      }
    }
    return mergeLaunchInfos(infos);
  }

  /** Lets a `prepare` that waits for others end soon. */
  abort(containerId: ContainerId): void {
    for (const isolator of this.#isolators) {
      isolator.abort?.(containerId);
    }
  }

  async isolate(containerId: ContainerId, pid: number): Promise<void> {
    for (const isolator of this.#isolators) {
      await isolator.isolate?.(containerId, pid);
    }
  }

  /** Calls `onLimitation` when an isolator wants the container ended; at most once for each isolator. */
  watch(containerId: ContainerId, onLimitation: (limitation: ContainerLimitation) => void): void {
    for (const isolator of this.#isolators) {
      isolator.watch?.(containerId).then(onLimitation, (err) => {
        this.#log.warn(
          { containerId, isolator: isolator.name, err },
          "a limit is not watched; it is looked at when the container ends",
        );
      });
    }
  }

  /** Why the container ended, by the first isolator that knows. */
  async explain(containerId: ContainerId): Promise<ContainerLimitation | undefined> {
    for (const isolator of this.#isolators) {
      try {
        const limitation = await isolator.explain?.(containerId);
        if (limitation !== undefined) {
          return limitation;
        }
      } catch (err) {
        this.#log.warn(
          { containerId, isolator: isolator.name, err },
          "an isolator could not look at how a container ended; left out",
        );
      }
    }
    return undefined;
  }

  async update(
    containerId: ContainerId,
    resources: readonly Resource[],
    limits: Readonly<Record<string, number>>,
  ): Promise<void> {
    for (const isolator of this.#isolators) {
      await isolator.update?.(containerId, resources, limits);
    }
  }

  /** What every isolator says, merged; one that fails is left out, as in Mesos. */
  async status(containerId: ContainerId): Promise<ContainerStatus> {
    const status = create(ContainerStatusSchema, { containerId: toContainerIdMessage(containerId) });
    for (const part of await this.#ask(containerId, (isolator) => isolator.status?.(containerId))) {
      status.networkInfos.push(...(part.networkInfos ?? []));
      if (part.cgroupInfo !== undefined) {
        status.cgroupInfo = part.cgroupInfo;
      }
    }
    return status;
  }

  /** What every isolator counts, merged; one that fails is left out, as in Mesos. */
  async usage(containerId: ContainerId, timestampMs: number): Promise<ResourceStatistics> {
    const statistics = create(ResourceStatisticsSchema, { timestamp: timestampMs / 1000 });
    for (const part of await this.#ask(containerId, (isolator) => isolator.usage?.(containerId))) {
      Object.assign(statistics, part);
    }
    return statistics;
  }

  /** Runs `cleanup` of all in reverse order and goes on over failures; resolves with what failed. */
  async cleanup(containerId: ContainerId): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const isolator of this.#isolators.toReversed()) {
      try {
        await isolator.cleanup(containerId);
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }

  async close(): Promise<void> {
    await Promise.all(this.#isolators.map(async (isolator) => await isolator.close?.()));
  }

  async #ask<T>(containerId: ContainerId, question: (isolator: Isolator) => Promise<T> | undefined): Promise<T[]> {
    const answers = await Promise.allSettled(this.#isolators.map(async (isolator) => await question(isolator)));
    return answers.flatMap((answer, index) => {
      if (answer.status === "fulfilled") {
        return answer.value === undefined ? [] : [answer.value];
      }
      const isolator = this.#isolators[index]?.name;
      this.#log.warn(
        { containerId, isolator, err: answer.reason },
        "an isolator could not tell what it knows of a container; left out",
      );
      return [];
    });
  }
}
