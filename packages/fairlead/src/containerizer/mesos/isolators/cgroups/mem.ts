import { join } from "node:path";
import {
  type ContainerId,
  create,
  ResourceSchema,
  TaskResourceLimitationSchema,
  TaskStatus_Reason,
  Value_Type,
} from "@fairlead/mesos-api";
import { type Clock, sleep } from "../../../../base/clock.ts";
import { readCgroupNumber, writeCgroupFile } from "../../cgroups/cgroup-files.ts";
import type { ContainerCgroup } from "../../cgroups/container-cgroup.ts";
import { memoryLimits, memoryStatisticsLimits } from "../../cgroups/limits-of-resources.ts";
import { type OutOfMemory, readMemoryStatistics, readOutOfMemory } from "../../cgroups/read-statistics.ts";
import type { ContainerLimitation, Isolator } from "../../isolator.ts";
import type { OomNotices } from "../../launcher/oom-notices.ts";
import { OOM_COUNT_PAUSE_MS, OOM_COUNT_READS } from "../../limits.ts";
import { BookedContainers, type CgroupsContext } from "./cgroups-isolator.ts";
import { formatBytes } from "./format-bytes.ts";

const BYTES_PER_MB = 1024 * 1024;

/** What `cgroups/mem` needs besides its cgroups. */
export interface MemoryIsolatorOptions {
  /** `--cgroups_limit_swap`: memory and swap together are held at the limit. */
  readonly limitSwap: boolean;
  readonly clock: Clock;
  /** Tells when the kernel has said that a container's memory ran out. */
  readonly notices: OomNotices;
}

/** `cgroups/mem`: what is booked is protected, more than the limit ends the container, as in Mesos. */
export function createMemoryIsolator({ cgroup }: CgroupsContext, options: MemoryIsolatorOptions): Isolator {
  const containers = new BookedContainers();
  const explain = async (containerId: ContainerId): Promise<ContainerLimitation | undefined> => {
    const found = await readOutOfMemory(cgroup(containerId));
    return found.kills > 0 ? toLimitation(found) : undefined;
  };
  return {
    name: "cgroups/mem",

    async recover(alive) {
      containers.recover(alive);
    },

    async prepare(config) {
      containers.set(config.containerId, config);
      const { softBytes, hardBytes } = memoryLimits(config.resources, config.limits);
      // a new cgroup has no limit
      const limit = hardBytes < 0 ? {} : { limit: hardBytes, ...(options.limitSwap && { swap: hardBytes }) };
      return { resources: { memory: { reservation: softBytes, ...limit } } };
    },

    async watch(containerId) {
      await options.notices.wait(containerId);
      for (let read = 0; read < OOM_COUNT_READS; read++) {
        const limitation = await explain(containerId);
        if (limitation !== undefined) {
          return limitation;
        }
        await sleep(options.clock, OOM_COUNT_PAUSE_MS);
      }
      // memory was freed before anything had to be killed
      return await new Promise<never>(() => {});
    },

    explain,

    async update(containerId, resources, limits) {
      await writeMemoryLimits(cgroup(containerId), memoryLimits(resources, limits), options.limitSwap);
      containers.set(containerId, { resources, limits });
    },

    async usage(containerId) {
      const booked = containers.get(containerId);
      const statistics = await readMemoryStatistics(cgroup(containerId));
      return booked === undefined
        ? statistics
        : { ...statistics, ...memoryStatisticsLimits(booked.resources, booked.limits) };
    },

    async cleanup(containerId) {
      options.notices.drop(containerId);
      containers.delete(containerId);
    },

    async close() {
      options.notices.close();
    },
  };
}

/** Mesos's words, which users grep for. Source: `MemorySubsystemProcess::oomWaited`. */
function toLimitation({ limitBytes, maxUsedBytes, statistics }: OutOfMemory): ContainerLimitation {
  const requested = limitBytes === undefined ? "" : `Requested: ${formatBytes(limitBytes)} `;
  const used = maxUsedBytes === undefined ? "" : `Maximum Used: ${formatBytes(maxUsedBytes)}\n`;
  const mem = create(ResourceSchema, {
    name: "mem",
    type: Value_Type.SCALAR,
    // kernels before 5.19 have no peak in version 2; what was used then is the limit
    scalar: { value: (maxUsedBytes ?? limitBytes ?? 0) / BYTES_PER_MB },
  });
  return {
    reason: TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY,
    message: `Memory limit exceeded: ${requested}${used}\nMEMORY STATISTICS: \n${statistics}\n`,
    limitation: create(TaskResourceLimitationSchema, { resources: [mem] }),
  };
}

/**
 * The hard limit is raised but never lowered: below what is in use, the kernel would kill.
 *
 * Source: `MemorySubsystemProcess::update` in Mesos.
 */
async function writeMemoryLimits(
  cgroup: ContainerCgroup,
  { softBytes, hardBytes }: { readonly softBytes: number; readonly hardBytes: number },
  limitSwap: boolean,
): Promise<void> {
  const directory = cgroup.directory("memory") ?? "";
  const write = (name: string, value: number | string) => writeCgroupFile(join(directory, name), `${value}`);
  const names = cgroup.unified
    ? { soft: "memory.low", hard: "memory.max" }
    : { soft: "memory.soft_limit_in_bytes", hard: "memory.limit_in_bytes" };
  await write(names.soft, softBytes);
  const current = await readCgroupNumber(join(directory, names.hard));
  if (current === undefined || (hardBytes >= 0 && hardBytes <= current)) {
    return;
  }
  if (cgroup.unified) {
    await write(names.hard, hardBytes < 0 ? "max" : hardBytes);
    return;
  }
  if (limitSwap) {
    // first: it must never be less than the limit of memory alone
    await write("memory.memsw.limit_in_bytes", hardBytes);
  }
  await write(names.hard, hardBytes);
}
