import type { PluginExec } from "./plugin-exec.ts";
import { callError } from "./plugin-reply.ts";

/** One exec of several: each plugin is run by the first that has its type. */
export function composeExecs(...execs: readonly PluginExec[]): PluginExec {
  const firstWith = async (type: string): Promise<PluginExec | undefined> => {
    for (const exec of execs) {
      if (await exec.has(type)) {
        return exec;
      }
    }
    return undefined;
  };
  return {
    async has(type) {
      return (await firstWith(type)) !== undefined;
    },
    async run(call, signal) {
      const exec = await firstWith(call.type);
      if (!exec) {
        throw callError("CNI_PLUGIN_NOT_FOUND", call, "is nowhere to be found");
      }
      return await exec.run(call, signal);
    },
  };
}
