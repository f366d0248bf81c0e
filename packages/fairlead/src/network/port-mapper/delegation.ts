import {
  atLeast,
  type CniResult,
  convertResult,
  DEFAULT_VERSION,
  type InProcessPlugin,
  isSpecVersion,
  type JsonObject,
  type PluginCall,
  type PluginExec,
  parseResult,
  type SpecVersion,
} from "@fairlead/cni";
import { pluginError } from "../plugin/plugin-error.ts";
import { type PortMapperConfig, PortMapperErrorCode, parsePortMapperConfig } from "./config.ts";

export interface DelegationOptions {
  /** Runs the part that maps ports, with what the delegate gave as `prevResult`. */
  readonly mapPorts: (call: PluginCall, signal: AbortSignal) => Promise<unknown>;
  /** Runs the delegate, whatever it is. */
  readonly delegates: PluginExec;
}

/**
 * `mesos-cni-port-mapper`: attaches a container by another plugin, and maps ports to it.
 *
 * ADD: the delegate, then the ports; when these fail, the delegate's ADD is undone. DEL: the ports, then the delegate, since its address may be given
 * to another container at once. The delegate gets its own object with the network's name and `args`; CHECK, GC and STATUS reach it when its version
 * has them. Errors: code 101 for arguments, 102 for the delegate, 103 for the ports.
 *
 * Source: Mesos, `port_mapper.cpp`.
 */
export function delegatingVerbs(options: DelegationOptions): Omit<InProcessPlugin, "supportedVersions"> {
  const { mapPorts, delegates } = options;
  const prepare = async (
    call: PluginCall,
  ): Promise<{ readonly delegate: PluginCall; readonly version: SpecVersion }> => {
    const config = parsePortMapperConfig(call.config);
    if (!(await delegates.has(config.delegate.type))) {
      const message = `Could not find the delegate plugin '${config.delegate.type}'`;
      throw pluginError(PortMapperErrorCode.badArguments, message);
    }
    return delegateCall(call, config);
  };
  const delegateAlone = async (call: PluginCall, least: SpecVersion, signal: AbortSignal): Promise<void> => {
    const { delegate, version } = await prepare(call);
    if (atLeast(version, least)) await runDelegate(delegates, delegate, signal);
  };
  return {
    async add(call, signal) {
      const { delegate, version } = await prepare(call);
      const prevResult = await runDelegate(delegates, delegate, signal);
      try {
        const result = readResult(delegate, prevResult, version);
        await mapPorts({ ...call, config: { ...call.config, cniVersion: version, prevResult } }, signal);
        return toOutput(result, prevResult);
      } catch (error) {
        // without the signal, which may be what failed the ADD; the DEL that follows a failed ADD tries again
        await delegates.run({ ...delegate, command: "DEL" }).catch(() => {});
        throw error;
      }
    },

    async del(call, signal) {
      const { delegate } = await prepare(call);
      await mapPorts(call, signal);
      await runDelegate(delegates, delegate, signal);
    },

    async check(call, signal) {
      await mapPorts(call, signal);
      await delegateAlone(call, "0.4.0", signal);
    },

    async gc(call, signal) {
      await mapPorts(call, signal);
      await delegateAlone(call, "1.1.0", signal);
    },

    async status(call, signal) {
      await mapPorts(call, signal);
      await delegateAlone(call, "1.1.0", signal);
    },
  };
}

/** Keys of a call that are for the delegate as much as for us. */
const PASSED_KEYS = ["prevResult", "cni.dev/valid-attachments"];

function delegateCall(call: PluginCall, { delegate: config }: PortMapperConfig) {
  const passed = PASSED_KEYS.filter((key) => call.config[key] !== undefined).map((key) => [key, call.config[key]]);
  const { cniVersion } = config;
  return {
    delegate: { ...call, type: config.type, config: { ...config, ...Object.fromEntries(passed) } },
    version: isSpecVersion(cniVersion) ? cniVersion : DEFAULT_VERSION,
  };
}

async function runDelegate(
  delegates: PluginExec,
  call: PluginCall,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  try {
    return await delegates.run(call, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw delegateFailure(call, error);
  }
}

function readResult(call: PluginCall, json: JsonObject | undefined, version: SpecVersion): CniResult {
  const result = parse(call, json, version);
  if (result.ips.length > 0) return result;
  throw pluginError(
    PortMapperErrorCode.delegate,
    `Delegate CNI plugin '${call.type}' did not return an IPv4 or IPv6 address`,
  );
}

function parse(call: PluginCall, json: JsonObject | undefined, version: SpecVersion): CniResult {
  try {
    return parseResult(json ?? {}, version);
  } catch (error) {
    throw delegateFailure(call, error);
  }
}

/** Mesos's plugin knows the three keys of the first versions, and prints no other; later ones have no such keys, and are passed on whole. */
function toOutput(result: CniResult, json: JsonObject | undefined): JsonObject {
  if (json === undefined || (json.ip4 === undefined && json.ip6 === undefined)) return json ?? {};
  const { ip4, ip6, dns } = convertResult(result, "0.2.0");
  return { ...(ip4 !== undefined && { ip4 }), ...(ip6 !== undefined && { ip6 }), ...(dns !== undefined && { dns }) };
}

function delegateFailure({ command, type }: PluginCall, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `Could not execute the delegate plugin '${type}' for ${command} command: ${reason}`;
  return pluginError(PortMapperErrorCode.delegate, message);
}
