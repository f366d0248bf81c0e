import { type InProcessPlugin, inProcessExec, type PluginCall, type PluginExec } from "@fairlead/cni";
import { BUILT_IN_TYPES } from "./built-in-types.ts";
import { ipamType } from "./plugin/ipam-type.ts";
import type { IpamProcess } from "./worker/messages.ts";
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
  const runIpam = async (call: PluginCall, signal?: AbortSignal): Promise<IpamProcess | undefined> => {
    const type = ipamType(call);
    if (type === undefined || types.has(type)) return undefined;
    return { result: await processes.run({ ...call, type }, signal) };
  };
  const runBoth = async (call: PluginCall, signal: AbortSignal): Promise<void> => {
    await worker.run({ kind: "plugin", call, ipamProcess: await runIpam(call, signal) }, signal);
  };
  return {
    async add(call, signal) {
      const ipamProcess = await runIpam(call, signal);
      try {
        return (await worker.run({ kind: "plugin", call, ipamProcess }, signal)) ?? {};
      } catch (error) {
        // else its address would be lost; without the signal, which may be what failed the ADD
        if (ipamProcess !== undefined) await runIpam({ ...call, command: "DEL" }).catch(() => {});
        throw error;
      }
    },
    del: runBoth,
    check: runBoth,
    gc: runBoth,
    status: runBoth,
  };
}
