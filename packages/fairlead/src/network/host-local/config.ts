import { join } from "node:path";
import {
  atLeast,
  type IpAddress,
  type JsonObject,
  networkNameProblem,
  type PluginCall,
  type ResultRoute,
} from "@fairlead/cni";
import { errorText } from "../../base/errors.ts";
import { resultVersion } from "../plugin/attachment.ts";
import { readIpamResult } from "../plugin/ipam-result.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure, invalidConfig } from "../plugin/plugin-error.ts";
import { parseRangeSet, type RangeSet, rangeSetsOverlap } from "./range-set.ts";
import { requestedAddresses } from "./requested-addresses.ts";

/** Where the leases of all networks are by default, each network in a directory of its name. */
const DEFAULT_DATA_DIR = "/var/lib/cni/networks";

/** The configuration of `host-local`. */
export interface HostLocalConfig {
  /** A container gets an address of each. */
  readonly rangeSets: readonly RangeSet[];
  readonly requested: readonly IpAddress[];
  readonly routes: readonly ResultRoute[];
  /** A file to take the DNS settings from. */
  readonly resolvConf: string | undefined;
}

/**
 * Reads a configuration of `host-local`, with what the container asks for.
 *
 * Errors: code 999 for all that is wrong. Source: https://www.cni.dev/plugins/current/ipam/host-local/
 */
export function parseHostLocalConfig(call: Pick<PluginCall, "config" | "args">): HostLocalConfig {
  const { config } = call;
  const ipam = readIpam(config);
  const rangeSets = [...runtimeRanges(config), ...singleRange(ipam), ...ipam.objectLists("ranges")].map(parseNumbered);
  if (rangeSets.length === 0) throw failure("no IP ranges specified");
  requireFamilies(call, rangeSets);
  requireApart(rangeSets);
  return {
    rangeSets,
    requested: requestedAddresses(call),
    routes: readIpamResult({ routes: ipam.value("routes") }).routes,
    resolvConf: ipam.text("resolvConf") || undefined,
  };
}

/** The directory of the leases of the call's network. Errors: code 7 for a name that is none, which would lead elsewhere. */
export function leaseDirectory(config: JsonObject): string {
  const { name } = config;
  if (typeof name !== "string" || name === "") throw invalidConfig("missing network name");
  const problem = networkNameProblem(name);
  if (problem !== undefined) throw invalidConfig(`the network name ${JSON.stringify(name)} ${problem}`);
  return join(readIpam(config).text("dataDir") || DEFAULT_DATA_DIR, name);
}

function readIpam(config: JsonObject): NetconfReader {
  const net = new NetconfReader(config, "Net");
  if (!net.has("ipam")) throw failure("IPAM config missing 'ipam' key");
  return net.object("ipam");
}

/** The capability `ipRanges`: these come first. */
function runtimeRanges(config: JsonObject): NetconfReader[][] {
  return new NetconfReader(config, "Net").object("runtimeConfig").objectLists("ipRanges");
}

/** The form with one range, its keys beside `type`. */
function singleRange(ipam: NetconfReader): NetconfReader[][] {
  return ipam.has("subnet") ? [[ipam]] : [];
}

/** The number is also that of the file that keeps the round robin of the set. */
function parseNumbered(ranges: readonly NetconfReader[], index: number): RangeSet {
  try {
    return parseRangeSet(ranges);
  } catch (error) {
    throw failure(`invalid range set ${index}: ${errorText(error)}`, error);
  }
}

/** Versions before 0.3.0 have room for one address of each family. */
function requireFamilies(call: Pick<PluginCall, "config">, sets: readonly RangeSet[]): void {
  const ofV4 = sets.filter(([range]) => range.first.family === 4).length;
  if ((ofV4 <= 1 && sets.length - ofV4 <= 1) || atLeast(resultVersion(call), "0.3.0")) return;
  throw failure(`CNI version ${resultVersion(call)} does not support more than 1 address per family`);
}

function requireApart(sets: readonly RangeSet[]): void {
  for (const [i, set] of sets.entries()) {
    const other = sets.findIndex((later, j) => j > i && rangeSetsOverlap(set, later));
    if (other >= 0) throw failure(`range set ${i} overlaps with ${other}`);
  }
}
