import { composeExecs, type InProcessPlugin, inProcessExec, type PluginCall, type PluginExec } from "@fairlead/cni";
import { BUILT_IN_TYPES } from "./built-in-types.ts";
import { ipamType } from "./plugin/ipam-type.ts";
import { delegatingVerbs } from "./port-mapper/delegation.ts";
import type { IpamProcess } from "./worker/messages.ts";
import type { NetworkWorker } from "./worker/network-worker.ts";

export interface BuiltInExecOptions {
  readonly worker: Pick<NetworkWorker, "run">;
  /** Which of the built-in plugins; the others are not found here. */
  readonly types: ReadonlySet<string>;
  /** Runs the IPAM and delegate plugins that are not built in. */
  readonly processes: PluginExec;
  /** For each run of a plugin. */
  readonly timeoutMs: number;
}

/** Runs the built-in plugins in the network thread. Composes with the exec that starts processes: see `composeExecs`. */
export function builtInExec(options: BuiltInExecOptions): PluginExec {
  const plugins = new Map<string, InProcessPlugin>();
  const exec = inProcessExec(plugins, { timeoutMs: options.timeoutMs });
  const delegates = composeExecs(exec, options.processes);
  for (const [type, supportedVersions] of BUILT_IN_TYPES) {
    if (!options.types.has(type)) continue;
    const ownVerbs = DELEGATING_TYPES.has(type) ? delegating(options, delegates) : verbs(options);
    plugins.set(type, { supportedVersions, ...ownVerbs });
  }
  return exec;
}

/** Those that have another plugin do a part of the work: it may be a process, so it is the main thread that runs it. */
const DELEGATING_TYPES: ReadonlySet<string> = new Set(["mesos-cni-port-mapper"]);

function delegating({ worker }: BuiltInExecOptions, delegates: PluginExec): Omit<InProcessPlugin, "supportedVersions"> {
  return delegatingVerbs({
    mapPorts: (call, signal) => worker.run({ kind: "plugin", call, ipamProcess: undefined }, signal),
    delegates,
  });
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
