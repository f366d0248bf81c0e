import { type InProcessPlugin, inProcessExec, type JsonObject, type PluginCall, type PluginExec } from "@fairlead/cni";
import { BUILT_IN_TYPES } from "./built-in-types.ts";
import { ipamType } from "./plugin/ipam-type.ts";
import type { NetworkWorker } from "./worker/network-worker.ts";

export interface BuiltInExecOptions {
  readonly worker: Pick<NetworkWorker, "run">;
  /** Which of the built-in plugins; the others are not found here. */
  readonly types: ReadonlySet<string>;
  /** Runs the IPAM plugins that are not built in. */
  readonly processes: PluginExec;
  /** For each run of a plugin. */
  readonly timeoutMs: number;
}

/** Runs the built-in plugins in the network thread. Composes with the exec that starts processes: see `composeExecs`. */
export function builtInExec(options: BuiltInExecOptions): PluginExec {
  const plugins = new Map<string, InProcessPlugin>();
  for (const [type, supportedVersions] of BUILT_IN_TYPES) {
    if (options.types.has(type)) plugins.set(type, { supportedVersions, ...verbs(options) });
  }
  return inProcessExec(plugins, { timeoutMs: options.timeoutMs });
}

/** The thread does all but IPAM plugins that are processes: those run before it, as a plugin would have run them itself. */
function verbs({ worker, types, processes }: BuiltInExecOptions): Omit<InProcessPlugin, "supportedVersions"> {
  const runIpam = async (call: PluginCall, signal: AbortSignal): Promise<JsonObject | undefined> => {
    const type = ipamType(call);
    return type === undefined || types.has(type) ? undefined : await processes.run({ ...call, type }, signal);
  };
  const runBoth = async (call: PluginCall, signal: AbortSignal): Promise<void> => {
    await runIpam(call, signal);
    await worker.run(call, undefined, signal);
  };
  return {
    async add(call, signal) {
      const ipamResult = await runIpam(call, signal);
      try {
        return (await worker.run(call, ipamResult, signal)) ?? {};
      } catch (error) {
        // the address would be lost; the signal may be what failed the ADD, so the undoing has only the deadline of the process
        if (ipamResult !== undefined)
          await runIpam({ ...call, command: "DEL" }, new AbortController().signal).catch(() => {});
        throw error;
      }
    },
    del: runBoth,
    check: runBoth,
    gc: runBoth,
    status: runBoth,
  };
}
