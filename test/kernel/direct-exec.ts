import type { PluginExec } from "@fairlead/cni";
import type { BuiltInPlugin } from "fairlead/network/plugin/built-in-plugin.ts";
import type { Kernel } from "fairlead/network/plugin/kernel.ts";
import { runPlugin } from "fairlead/network/plugin/run-plugin.ts";

/** Runs built-in plugins in the calling thread, as the network thread would. */
export function directExec(kernel: Kernel, plugins: ReadonlyMap<string, BuiltInPlugin>): PluginExec {
  return {
    async has(type) {
      return plugins.has(type);
    },

    async run(call) {
      return runPlugin(plugins, kernel, call, undefined);
    },
  };
}
