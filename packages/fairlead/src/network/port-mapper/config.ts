import { ifNameProblem, isJsonObject, type JsonObject, type JsonValue, pluginTypeProblem } from "@fairlead/cni";
import { isPort, isPortProtocol, type PortMapping } from "../host-ports/port-mapping.ts";
import { pluginError } from "../plugin/plugin-error.ts";

/** Source: Mesos, `port_mapper.hpp`. 100, for a configuration that cannot be read, has no meaning without a process. */
export const PortMapperErrorCode = { badArguments: 101, delegate: 102, portMapping: 103 } as const;

/** The configuration of `mesos-cni-port-mapper`. */
export interface PortMapperConfig {
  /** Groups the mappings of networks that share it. */
  readonly chain: string;
  /** Packets that come in by one of these are not mapped: usually the network's own bridge. A `+` at the end stands for any end. */
  readonly excludeDevices: readonly string[];
  readonly mappings: readonly PortMapping[];
  /** The whole configuration of the plugin that attaches the container. */
  readonly delegate: JsonObject & { readonly type: string };
}

/**
 * Reads a configuration of `mesos-cni-port-mapper`.
 *
 * Errors: code 101; 103 for mappings that Mesos's plugin would find impossible only after its delegate has run.
 *
 * Source: http://mesos.apache.org/documentation/latest/cni/, "A Port-mapper plugin for CNI networks"; Mesos, `port_mapper.cpp`.
 */
export function parsePortMapperConfig(config: JsonObject): PortMapperConfig {
  const { name } = config;
  if (typeof name !== "string") throw missing("name", name);
  const chain = parseChain(config.chain);
  const excludeDevices = parseDevices(config.excludeDevices);
  const args = parseArgs(config.args);
  const mappings = parseMappings(readNetworkInfo(args).port_mappings);
  const delegate = parseDelegate(config.delegate);
  return { chain, excludeDevices, mappings, delegate: { ...delegate, name, args } };
}

/** A name that iptables would take for a chain, and nothing that a shell would take for more. */
function parseChain(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw missing("chain", value);
  // 28: the longest that iptables takes
  if (!/^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,27}$/.test(value)) throw bad(`'chain' is no name of a chain: ${show(value)}`);
  return value;
}

function parseDevices(value: JsonValue | undefined): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw bad(`Failed to parse field 'excludeDevices': ${show(value)} is not a list`);
  return value.map((device) => {
    if (typeof device !== "string") {
      throw bad("Failed to parse 'excludeDevices' list. The excluded device needs to be a string");
    }
    const problem = device === "+" ? "stands for all" : ifNameProblem(device);
    if (problem !== undefined) throw bad(`Failed to parse 'excludeDevices' list. ${show(device)} ${problem}`);
    return device;
  });
}

function parseArgs(value: JsonValue | undefined): JsonObject {
  if (value === undefined) return { "org.apache.mesos": { network_info: {} } };
  if (!isJsonObject(value)) throw bad(`Failed to get the field 'args': ${show(value)} is not an object`);
  return value;
}

function readNetworkInfo(args: JsonObject): JsonObject {
  const mesos = args["org.apache.mesos"];
  if (!isJsonObject(mesos)) throw missing("args{org.apache.mesos}", mesos);
  const info = mesos.network_info;
  if (!isJsonObject(info)) throw missing("args{org.apache.mesos}{network_info}", info);
  return info;
}

function parseMappings(value: JsonValue | undefined): PortMapping[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw unparsable("port_mappings is not a list");
  return value.map((mapping) => {
    if (!isJsonObject(mapping)) throw unparsable("an entry of port_mappings is not an object");
    const { protocol = "tcp" } = mapping;
    if (typeof protocol !== "string") throw unparsable(`protocol ${show(protocol)} is not a string`);
    const lower = protocol.toLowerCase();
    const hostPort = parsePort(mapping.host_port, "host_port");
    const containerPort = parsePort(mapping.container_port, "container_port");
    if (!isPortProtocol(lower)) throw impossible(`protocol ${show(protocol)} has no ports`);
    return { protocol: lower, hostPort, containerPort };
  });
}

/** `uint32` in Mesos's message. */
function parsePort(value: JsonValue | undefined, key: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw unparsable(`${key} ${show(value)} is not an unsigned number`);
  }
  if (!isPort(value)) throw impossible(`${key} ${value} is not a port`);
  return value;
}

function parseDelegate(value: JsonValue | undefined): JsonObject & { readonly type: string } {
  if (!isJsonObject(value)) throw missing("delegate", value);
  const { type } = value;
  if (typeof type !== "string") throw bad(`Failed to get the delegate plugin 'type': ${why(type)}`);
  const problem = pluginTypeProblem(type);
  if (problem !== undefined) throw bad(`The type of the delegate plugin ${problem}: ${show(type)}`);
  return { ...value, type };
}

function missing(field: string, value: JsonValue | undefined): Error {
  return bad(`Failed to get the required field '${field}': ${why(value)}`);
}

function why(value: JsonValue | undefined): string {
  return value === undefined ? "Not found" : `${show(value)} is of another type`;
}

function unparsable(problem: string): Error {
  return bad(`Unable to parse \`NetworkInfo\`: ${problem}`);
}

function bad(message: string): Error {
  return pluginError(PortMapperErrorCode.badArguments, message);
}

function impossible(problem: string): Error {
  return pluginError(PortMapperErrorCode.portMapping, `Failed to add DNAT rule: ${problem}`);
}

function show(value: JsonValue | undefined): string {
  return JSON.stringify(value)?.slice(0, 100) ?? "Not found";
}
