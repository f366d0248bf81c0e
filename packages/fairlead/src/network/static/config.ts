import {
  atLeast,
  type Cidr,
  type IpAddress,
  type PluginCall,
  parseCidr,
  parseIp,
  type ResultDns,
  type ResultRoute,
} from "@fairlead/cni";
import { resultVersion } from "../plugin/attachment.ts";
import { parseCniArgs } from "../plugin/cni-args.ts";
import { readIpamResult } from "../plugin/ipam-result.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";
import { readAddress } from "../plugin/read-address.ts";
import { networkContains } from "./network-contains.ts";

/** An address that the configuration or the caller gives to a container. */
export interface StaticAddress {
  readonly address: Cidr;
  readonly gateway: IpAddress | undefined;
}

/** The configuration of `static`. */
export interface StaticConfig {
  readonly addresses: readonly StaticAddress[];
  readonly routes: readonly ResultRoute[];
  readonly dns: ResultDns;
}

/**
 * Reads a configuration of `static`.
 *
 * The capability `ips` replaces `args.cni.ips`, which replaces all others: those of the configuration and, after them, `IP` of `CNI_ARGS`, of
 * which those get its `GATEWAY` whose network it is in. Errors: code 999 for all that is wrong.
 *
 * Source: https://www.cni.dev/plugins/current/ipam/static/
 */
export function parseStaticConfig(call: Pick<PluginCall, "config" | "args">): StaticConfig {
  const net = new NetconfReader(call.config, "Net");
  if (!net.has("ipam")) throw failure("IPAM config missing 'ipam' key");
  const ipam = net.object("ipam");
  const configured = ipam.objects("addresses").map((address) => ({
    text: address.text("address"),
    gateway: readAddress(address, "gateway"),
  }));
  const fromCniArgs = readCniArgs(call.args);
  const fromArgs = net.object("args").object("cni").texts("ips").map(parseListed);
  const fromRuntime = net.object("runtimeConfig").texts("ips").map(parseListed);
  const replacements = [fromRuntime, fromArgs].find(({ length }) => length > 0);
  // those that are replaced need not be addresses
  const addresses = replacements ?? [...configured.map(parseConfigured), ...fromCniArgs];
  requireFamilies(call, addresses);
  return { addresses, ...readIpamResult({ routes: ipam.value("routes"), dns: ipam.value("dns") }) };
}

function parseConfigured({ text, gateway }: { text: string; gateway: IpAddress | undefined }): StaticAddress {
  const address = parseCidr(text);
  if (address === undefined) {
    throw failure(`the 'address' field is expected to be in CIDR notation, got: '${text}'`);
  }
  return { address, gateway };
}

function readCniArgs(args: string | undefined): StaticAddress[] {
  const values = parseCniArgs(args, ["IP", "GATEWAY"]);
  const addresses = words(values.get("IP")).map((text) => {
    const address = parseCidr(text);
    if (address === undefined) throw failure(`the 'ip' field is expected to be in CIDR notation, got: '${text}'`);
    return address;
  });
  const gateways = words(values.get("GATEWAY")).map((text) => {
    const gateway = parseIp(text);
    if (gateway === undefined) throw failure(`invalid gateway address: ${text}`);
    return gateway;
  });
  return addresses.map((address) => ({
    address,
    gateway: gateways.findLast((gateway) => networkContains(address, gateway)),
  }));
}

function words(text: string | undefined): string[] {
  return text === undefined || text === "" ? [] : text.split(",").map((word) => word.trim());
}

function parseListed(text: string): StaticAddress {
  const address = parseCidr(text);
  if (address === undefined) {
    throw failure(`an entry in the 'ips' field is NOT in CIDR notation, got: '${text}'`);
  }
  return { address, gateway: undefined };
}

/** Versions before 0.3.0 have room for one address of each family. */
function requireFamilies(call: Pick<PluginCall, "config">, addresses: readonly StaticAddress[]): void {
  const version = resultVersion(call);
  const ofV4 = addresses.filter(({ address }) => address.address.family === 4).length;
  if ((ofV4 <= 1 && addresses.length - ofV4 <= 1) || atLeast(version, "0.3.0")) return;
  throw failure(`CNI version ${version} does not support more than 1 address per family`);
}
