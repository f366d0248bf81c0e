import { join } from "node:path";
import { writeCgroupFile } from "../../cgroups/cgroup-files.ts";
import type { ContainerCgroup } from "../../cgroups/container-cgroup.ts";
import { type CpuLimits, cpuLimits, cpuStatisticsLimits, toCpuWeight } from "../../cgroups/limits-of-resources.ts";
import { readCpuStatistics } from "../../cgroups/read-statistics.ts";
import type { Isolator } from "../../isolator.ts";
import { CFS_PERIOD_US } from "../../limits.ts";
import { BookedContainers, type CgroupsContext } from "./cgroups-isolator.ts";

/** `cgroups/cpu`: shares by what is booked, a quota where one is asked for. */
export function createCpuIsolator(
  { cgroup }: CgroupsContext,
  { enableCfs }: { readonly enableCfs: boolean },
): Isolator {
  const containers = new BookedContainers();
  return {
    name: "cgroups/cpu",

    async recover(alive) {
      containers.recover(alive);
    },

    async prepare(config) {
      containers.set(config.containerId, config);
      const { shares, quotaUs } = cpuLimits(config.resources, config.limits, enableCfs);
      // a new cgroup has no quota; crun does not take the -1 that would say so
      const quota = quotaUs !== undefined && quotaUs > 0 ? { quota: quotaUs, period: CFS_PERIOD_US } : {};
      return { resources: { cpu: { shares, ...quota } } };
    },

    async update(containerId, resources, limits) {
      await writeCpuLimits(cgroup(containerId), cpuLimits(resources, limits, enableCfs));
      containers.set(containerId, { resources, limits });
    },

    async usage(containerId) {
      const booked = containers.get(containerId);
      const statistics = await readCpuStatistics(cgroup(containerId));
      return booked === undefined
        ? statistics
        : { ...statistics, ...cpuStatisticsLimits(booked.resources, booked.limits, enableCfs) };
    },

    async cleanup(containerId) {
      containers.delete(containerId);
    },
  };
}

async function writeCpuLimits(cgroup: ContainerCgroup, { shares, quotaUs }: CpuLimits): Promise<void> {
  const directory = cgroup.directory("cpu") ?? "";
  if (cgroup.unified) {
    await writeCgroupFile(join(directory, "cpu.weight"), `${toCpuWeight(shares)}`);
    if (quotaUs !== undefined) {
      await writeCgroupFile(join(directory, "cpu.max"), `${quotaUs < 0 ? "max" : quotaUs} ${CFS_PERIOD_US}`);
    }
    return;
  }
  await writeCgroupFile(join(directory, "cpu.shares"), `${shares}`);
  if (quotaUs !== undefined) {
    await writeCgroupFile(join(directory, "cpu.cfs_period_us"), `${CFS_PERIOD_US}`);
    await writeCgroupFile(join(directory, "cpu.cfs_quota_us"), `${quotaUs}`);
  }
}
