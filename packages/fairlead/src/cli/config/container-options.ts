import { join } from "node:path";
import type { MesosContainerizerOptions } from "../../containerizer/mesos/create-mesos-containerizer.ts";
import type { CniIsolatorOptions } from "../../containerizer/mesos/isolators/network/cni/cni-isolator.ts";
import type { AgentFlags } from "./agent-config.ts";

/** What the flags of an agent say to the parts that the agent itself does not know. */
export interface ContainerOptions {
  readonly mesos: Omit<MesosContainerizerOptions, "clock" | "log" | "network" | "runtimeDir">;
  readonly cni: Omit<CniIsolatorOptions, "clock" | "log" | "network" | "rootDir">;
  /** How many network namespaces are made ahead. */
  readonly networkPoolSize: number;
  readonly maxUnreadStreamBytes: number;
}

export function toContainerOptions(values: AgentFlags): ContainerOptions {
  return {
    mesos: {
      isolation: values.isolation,
      cgroupsHierarchy: values.cgroups_hierarchy,
      cgroupsRoot: values.cgroups_root,
      cgroupsEnableCfs: values.cgroups_enable_cfs,
      cgroupsLimitSwap: values.cgroups_limit_swap,
      cgroupsDestroyTimeoutMs: values.cgroups_destroy_timeout,
    },
    cni: {
      pluginsDir: values.network_cni_plugins_dir,
      configDir: values.network_cni_config_dir,
      builtInPlugins: values.network_cni_builtin_plugins,
      pluginTimeoutMs: values.network_cni_plugin_timeout,
    },
    networkPoolSize: values.network_cni_pool_size,
    maxUnreadStreamBytes: values.max_unread_stream_size,
  };
}

/** Where network/cni keeps its files and pins: Mesos's place, which operators' scripts know. */
export function cniRootDirectory(runtimeDir: string): string {
  return join(runtimeDir, "isolators", "network", "cni");
}
