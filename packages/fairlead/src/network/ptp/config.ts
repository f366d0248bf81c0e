import type { PluginCall, ResultDns } from "@fairlead/cni";
import { readDns } from "../plugin/dns-config.ts";
import { ipamType } from "../plugin/ipam-type.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

/** A configuration of `ptp`. Source: https://www.cni.dev/plugins/current/main/ptp/ */
export interface PtpConfig {
  readonly ipMasq: boolean;
  readonly mtu: number | undefined;
  readonly dns: ResultDns | undefined;
}

/** Errors: code 999, in the words of the reference; also without IPAM. */
export function parsePtpConfig(call: Pick<PluginCall, "config">): PtpConfig {
  const config = new NetconfReader(call.config, "NetConf");
  const mtu = config.integer("mtu");
  const parsed = { ipMasq: config.flag("ipMasq"), mtu: mtu > 0 ? mtu : undefined, dns: readDns(config) };
  if (ipamType(call) === undefined) throw failure("no plugin name provided");
  return parsed;
}
