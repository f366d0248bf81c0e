import { isJsonObject, type JsonObject, type JsonValue, type PluginCall } from "@fairlead/cni";
import { parseCniArgs } from "../plugin/cni-args.ts";
import { parseHardwareAddress } from "../plugin/hardware-address.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

const DEFAULT_DATA_DIR = "/run/cni/tuning";

/** What an interface is to be like; what is undefined stays as it is. */
export interface LinkSettings {
  /** As the configuration writes it: so it goes into the result. */
  readonly mac: string | undefined;
  readonly mtu: number | undefined;
  /** false stays as it is in an ADD, too; CHECK wants it to be off. */
  readonly promiscuous: boolean;
  readonly allMulticast: boolean | undefined;
  readonly txQueueLength: number | undefined;
}

/** The configuration of `tuning`. */
export interface TuningConfig {
  /** Where the values are kept that DEL puts back. */
  readonly dataDir: string;
  /** As in `net.core.somaxconn` to `500`; `IFNAME` in a name stands for the interface. */
  readonly sysctls: ReadonlyMap<string, string>;
  readonly link: LinkSettings;
}

/**
 * Reads a configuration of `tuning`. What comes later in this list wins: its own keys, `MAC` of CNI_ARGS, `runtimeConfig.mac`, `args.cni`.
 *
 * Errors: code 999 in the reference plugin's words. Source: https://www.cni.dev/plugins/current/meta/tuning/
 */
export function parseTuningConfig({ config, args }: Pick<PluginCall, "config" | "args">): TuningConfig {
  const own = new NetconfReader(config, "TuningConf");
  const runtimeMac = own.object("runtimeConfig").text("mac");
  const cni = own.object("args").object("cni");
  const ownMac = own.text("mac");
  const mac = cni.has("mac") ? cni.text("mac") : runtimeMac || parseCniArgs(args, ["MAC"]).get("MAC") || ownMac;
  if (mac !== "" && parseHardwareAddress(mac) === undefined) {
    throw failure(`invalid args ${mac} for MAC addr: address ${mac}: invalid MAC address`);
  }
  const from = (key: string) => (cni.has(key) ? cni : own);
  const has = (key: string) => from(key).has(key);
  return {
    dataDir: readDataDir(config),
    sysctls: new Map([...readSysctls(own.value("sysctl")), ...readSysctls(cni.value("sysctl"))]),
    link: {
      mac: mac === "" ? undefined : mac,
      mtu: from("mtu").integer("mtu") || undefined,
      promiscuous: from("promisc").flag("promisc"),
      allMulticast: has("allmulti") ? from("allmulti").flag("allmulti") : undefined,
      txQueueLength: has("txQLen") ? from("txQLen").integer("txQLen") : undefined,
    },
  };
}

/** Where the backups are, which is all that DEL and GC need: the rest may be as wrong as it was for an ADD that failed. Errors: code 999. */
export function readDataDir(config: JsonObject): string {
  return new NetconfReader(config, "TuningConf").text("dataDir") || DEFAULT_DATA_DIR;
}

/** Whether an ADD leaves the interface as it is. */
export function isUntouched({ mac, mtu, promiscuous, allMulticast, txQueueLength }: LinkSettings): boolean {
  return [mac, mtu, allMulticast, txQueueLength].every((value) => value === undefined) && !promiscuous;
}

function readSysctls(value: JsonValue | undefined): [string, string][] {
  if (value === undefined) return [];
  if (!isJsonObject(value)) throw failure("failed to load netconf: 'sysctl' is not an object");
  return Object.entries(value).map(([name, setting]) => {
    if (typeof setting === "string") return [name, setting];
    throw failure(`failed to load netconf: the value of sysctl ${JSON.stringify(name)} is not a string`);
  });
}
