import {
  atLeast,
  type CniCommand,
  type CniResult,
  type JsonObject,
  type PluginCall,
  parseResult,
  type SpecVersion,
} from "@fairlead/cni";
import type { IpamProcess } from "../worker/messages.ts";
import { resultVersion } from "./attachment.ts";
import type { BuiltInPlugin } from "./built-in-plugin.ts";
import type { Ipam } from "./ipam.ts";
import { ipamType } from "./ipam-type.ts";
import type { Kernel } from "./kernel.ts";
import { failure, PluginErrorCode, pluginError } from "./plugin-error.ts";
import { UndoList } from "./undo.ts";

/**
 * Runs one verb of a built-in plugin in the network thread.
 *
 * With `ipamProcess` the IPAM plugin is none of ours: the main thread runs it, and has what its ADD gave. Errors: see BuiltInPlugin.
 */
export function runPlugin(
  plugins: ReadonlyMap<string, BuiltInPlugin>,
  kernel: Kernel,
  call: PluginCall,
  ipamProcess: IpamProcess | undefined,
): JsonObject | undefined {
  const plugin = plugins.get(call.type);
  if (plugin === undefined) throw new Error(`bug: ${call.type} is not built in`);
  requireVerb(call);
  const ipam = ipamOf(plugins, kernel, call, ipamProcess);
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

/** The first version of the spec that has the verb; those that are not named were always there. */
const SINCE: Partial<Record<CniCommand, SpecVersion>> = { CHECK: "0.4.0", GC: "1.1.0", STATUS: "1.1.0" };

function requireVerb(call: PluginCall): void {
  const { [call.command]: since } = SINCE;
  if (since === undefined || atLeast(resultVersion(call), since)) return;
  throw pluginError(PluginErrorCode.incompatibleVersion, `config version does not allow ${call.command}`);
}

function ipamOf(
  plugins: ReadonlyMap<string, BuiltInPlugin>,
  kernel: Kernel,
  call: PluginCall,
  ipamProcess: IpamProcess | undefined,
): Ipam {
  const type = ipamType(call);
  if (type === undefined) return noIpam;
  if (ipamProcess !== undefined) {
    return { ...noIpam, isConfigured: true, add: () => readResult(call, ipamProcess.result) };
  }
  const plugin = plugins.get(type);
  if (plugin === undefined) return { ...noIpam, isConfigured: true, add: () => failUnknown(type) };
  const run = { ...call, type };
  return {
    isConfigured: true,
    add: () => {
      const json = plugin.add(kernel, run, noIpam);
      return UndoList.guard((undo) => {
        undo.push(() => plugin.del(kernel, run, noIpam));
        return readResult(call, json);
      });
    },
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

/** Only plugins that ask no IPAM plugin get a call with one that nobody has run: to them, what stands there means nothing. */
function failUnknown(type: string): never {
  throw new Error(`bug: ${type} is not built in`);
}

function readResult(call: PluginCall, json: JsonObject | undefined): CniResult {
  if (json === undefined) throw failure("the IPAM plugin gave no result");
  return parseResult(json, resultVersion(call));
}
