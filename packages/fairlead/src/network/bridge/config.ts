import type { PluginCall, ResultDns } from "@fairlead/cni";
import { parseCniArgs } from "../plugin/cni-args.ts";
import { readDns } from "../plugin/dns-config.ts";
import { ipamType } from "../plugin/ipam-type.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";
import { readVlanTrunk } from "./vlan-trunk.ts";

const DEFAULT_BRIDGE = "cni0";
const MAX_VLAN = 4094;

/** A configuration of `bridge`. Source: https://www.cni.dev/plugins/current/main/bridge/ */
export interface BridgeConfig {
  readonly bridge: string;
  /** Also where only `isDefaultGateway` is. */
  readonly isGateway: boolean;
  readonly isDefaultGateway: boolean;
  readonly forceAddress: boolean;
  readonly ipMasq: boolean;
  readonly mtu: number | undefined;
  readonly hairpinMode: boolean;
  readonly promiscMode: boolean;
  /** 0: none. */
  readonly vlan: number;
  readonly vlanTrunk: readonly number[] | undefined;
  readonly preserveDefaultVlan: boolean;
  readonly macSpoofCheck: boolean;
  readonly detectsDuplicates: boolean;
  readonly disableContainerInterface: boolean;
  readonly portIsolation: boolean;
  /** As it was written. */
  readonly mac: string | undefined;
  readonly dns: ResultDns | undefined;
  readonly hasIpam: boolean;
}

/** Errors: code 999, in the words of the reference. */
export function parseBridgeConfig(call: Pick<PluginCall, "config" | "args">): BridgeConfig {
  const config = new NetconfReader(call.config, "NetConf");
  const isDefaultGateway = config.flag("isDefaultGateway");
  const mtu = config.integer("mtu");
  const vlan = config.integer("vlan");
  if (vlan < 0 || vlan > MAX_VLAN) throw failure(`invalid VLAN ID ${vlan} (must be between 0 and ${MAX_VLAN})`);
  return {
    bridge: config.has("bridge") ? config.text("bridge") : DEFAULT_BRIDGE,
    isGateway: config.flag("isGateway") || isDefaultGateway,
    isDefaultGateway,
    forceAddress: config.flag("forceAddress"),
    ipMasq: config.flag("ipMasq"),
    mtu: mtu > 0 ? mtu : undefined,
    hairpinMode: config.flag("hairpinMode"),
    promiscMode: config.flag("promiscMode"),
    vlan,
    vlanTrunk: readVlanTrunk(config),
    preserveDefaultVlan: config.flag("preserveDefaultVlan"),
    macSpoofCheck: config.flag("macspoofchk"),
    detectsDuplicates: config.flag("enabledad"),
    disableContainerInterface: config.flag("disableContainerInterface"),
    portIsolation: config.flag("portIsolation"),
    mac: requestedMac(config, call.args),
    dns: readDns(config),
    hasIpam: ipamType(call) !== undefined,
  };
}

/** What excludes each other, for an ADD. Errors: code 999. */
export function requireConsistent({
  hasIpam,
  disableContainerInterface,
  hairpinMode,
  promiscMode,
}: BridgeConfig): void {
  if (hasIpam && disableContainerInterface) {
    throw failure("cannot use IPAM when DisableContainerInterface flag is set");
  }
  if (hairpinMode && promiscMode) {
    throw failure("cannot set hairpin mode and promiscuous mode at the same time.");
  }
}

/** The capability counts before the configuration, and that before `CNI_ARGS`. */
function requestedMac(config: NetconfReader, args: string | undefined): string | undefined {
  const fromArgs = parseCniArgs(args, ["MAC"]).get("MAC") ?? "";
  const macs = [config.object("runtimeConfig").text("mac"), config.object("args").object("cni").text("mac"), fromArgs];
  return macs.find((mac) => mac !== "");
}
