import {
  type CniResult,
  isJsonObject,
  isSpecVersion,
  type JsonObject,
  type PluginCall,
  parseResult,
} from "@fairlead/cni";
import type { BuiltInPlugin } from "./built-in-plugin.ts";
import type { Ipam } from "./ipam.ts";
import { ipamType } from "./ipam-type.ts";
import type { Kernel } from "./kernel.ts";
import { failure } from "./plugin-error.ts";

/**
 * Runs one verb of a built-in plugin in the network thread.
 *
 * `ipamResult` is what an IPAM plugin that is a process has given for this call; its DEL is up to who called that process. Errors: see BuiltInPlugin.
 */
export function runPlugin(
  plugins: ReadonlyMap<string, BuiltInPlugin>,
  kernel: Kernel,
  call: PluginCall,
  ipamResult: JsonObject | undefined,
): JsonObject | undefined {
  const plugin = plugins.get(call.type);
  if (plugin === undefined) throw new Error(`bug: ${call.type} is not built in`);
  const ipam = ipamOf(plugins, kernel, call, ipamResult);
  switch (call.command) {
    case "ADD":
      return plugin.add(kernel, call, ipam);
    case "DEL":
      plugin.del(kernel, call, ipam);
      return undefined;
    case "CHECK":
      plugin.check(kernel, call, ipam);
      return undefined;
    case "GC":
      plugin.gc(kernel, call, ipam);
      return undefined;
    case "STATUS":
      plugin.status(kernel, call, ipam);
      return undefined;
    case "VERSION":
      throw new Error("bug: VERSION is answered without the thread");
  }
}

function ipamOf(
  plugins: ReadonlyMap<string, BuiltInPlugin>,
  kernel: Kernel,
  call: PluginCall,
  given: JsonObject | undefined,
): Ipam {
  const type = ipamType(call);
  if (type === undefined) return noIpam;
  const plugin = plugins.get(type);
  // the caller has run, or will run, the process
  if (plugin === undefined) return { ...noIpam, isConfigured: true, add: () => readResult(call, given) };
  const run = { ...call, type };
  return {
    isConfigured: true,
    add: () => readResult(call, plugin.add(kernel, run, noIpam)),
    del: () => plugin.del(kernel, run, noIpam),
    check: () => plugin.check(kernel, run, noIpam),
    gc: () => plugin.gc(kernel, run, noIpam),
    status: () => plugin.status(kernel, run, noIpam),
  };
}

const noIpam: Ipam = {
  isConfigured: false,
  add: () => {
    throw failure("no IPAM plugin is configured");
  },
  del: () => {},
  check: () => {},
  gc: () => {},
  status: () => {},
};

function readResult({ config: { cniVersion } }: PluginCall, json: JsonObject | undefined): CniResult {
  if (json === undefined) throw failure("the IPAM plugin gave no result");
  return parseResult(json, isSpecVersion(cniVersion) ? cniVersion : "0.2.0");
}
