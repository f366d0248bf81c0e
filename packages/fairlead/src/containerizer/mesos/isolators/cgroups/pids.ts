import { readPidStatistics } from "../../cgroups/read-statistics.ts";
import type { Isolator } from "../../isolator.ts";
import type { CgroupsContext } from "./cgroups-isolator.ts";

/** `cgroups/pids`: the same bound on processes and threads for every container; Mesos counts them only. */
export function createPidsIsolator({ cgroup }: CgroupsContext, { limit }: { readonly limit: number }): Isolator {
  return {
    name: "cgroups/pids",
    async recover() {},
    async prepare() {
      return { resources: { pids: { limit } } };
    },
    async usage(containerId) {
      return await readPidStatistics(cgroup(containerId));
    },
    async cleanup() {},
  };
}
