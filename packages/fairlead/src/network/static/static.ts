import {
  CniError,
  type CniResult,
  convertResult,
  formatCidr,
  formatIp,
  isJsonObject,
  type JsonObject,
  type PluginCall,
  parseCidr,
  parseResult,
  type ResultIp,
} from "@fairlead/cni";
import { resultVersion } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { failure } from "../plugin/plugin-error.ts";
import { parseStaticConfig, type StaticAddress } from "./config.ts";

/**
 * `static`: gives out the addresses, routes and DNS settings that stand in the configuration, or that the caller names. Keeps nothing.
 *
 * Source: https://www.cni.dev/plugins/current/ipam/static/
 */
export class Static implements BuiltInPlugin {
  add(_: Kernel, call: PluginCall): JsonObject {
    const { addresses, routes, dns } = parseStaticConfig(call);
    return coded(() =>
      convertResult({ interfaces: [], ips: addresses.map(toResultIp), routes, dns }, resultVersion(call)),
    );
  }

  del(): void {}

  check(_: Kernel, call: PluginCall): void {
    const { addresses } = parseStaticConfig(call);
    const ips = prevResult(call).ips.map((ip) => ({ address: addressOf(ip), gateway: ip.gateway }));
    for (const { address, gateway } of addresses) {
      if (gateway === undefined) continue;
      const text = formatIp(address.address);
      const same = ips.find((ip) => ip.address === text);
      // one that the result lacks is none of this plugin's business, as in the reference
      if (same === undefined || same.gateway === formatIp(gateway)) continue;
      throw failure(`static: Failed to match addr ${text} on interface ${call.ifName}`);
    }
  }

  gc(): void {}

  status(_: Kernel, call: PluginCall): void {
    parseStaticConfig(call);
  }
}

function toResultIp({ address, gateway }: StaticAddress): ResultIp {
  return { address: formatCidr(address), ...(gateway === undefined ? {} : { gateway: formatIp(gateway) }) };
}

function addressOf({ address }: ResultIp): string | undefined {
  const cidr = parseCidr(address);
  return cidr === undefined ? undefined : formatIp(cidr.address);
}

function prevResult(call: PluginCall): CniResult {
  const { prevResult: json } = call.config;
  if (!isJsonObject(json)) throw failure("Required prevResult missing");
  return coded(() => parseResult(json, resultVersion(call)));
}

/** What is wrong with a result has no code of its own. */
function coded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof CniError) throw failure(error.message, error);
    throw error;
  }
}
