import { composeExecs, type InProcessPlugin, inProcessExec, type PluginExec } from "@fairlead/cni";
import { BUILT_IN_TYPES } from "./built-in-types.ts";
import { delegatingVerbs } from "./port-mapper/delegation.ts";
import { type ThreadVerbsOptions, threadVerbs } from "./thread-verbs.ts";

/** `types` are those that are found here; `processes` runs the IPAM and delegate plugins that are not. */
export interface BuiltInExecOptions extends ThreadVerbsOptions {
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
    const ownVerbs = DELEGATING_TYPES.has(type) ? delegating(options, delegates) : threadVerbs(options);
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
