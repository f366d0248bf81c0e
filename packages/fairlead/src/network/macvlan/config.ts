import type { PluginCall, ResultDns } from "@fairlead/cni";
import type { MacvlanMode } from "@fairlead/netlink";
import { parseCniArgs } from "../plugin/cni-args.ts";
import { readDns } from "../plugin/dns-config.ts";
import { ipamType } from "../plugin/ipam-type.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

/** A configuration of `macvlan`. Source: https://www.cni.dev/plugins/current/main/macvlan/ */
export interface MacvlanConfig {
  /** The link of the default route without. */
  readonly master: string | undefined;
  /** Whether the master is in the container. */
  readonly linkInContainer: boolean;
  readonly mode: MacvlanMode;
  /** 0: that of the master. May be more than it allows, or less than nothing. */
  readonly mtu: number;
  /** As it was written. */
  readonly mac: string | undefined;
  readonly bcQueueLength: number | undefined;
  readonly dns: ResultDns | undefined;
  readonly hasIpam: boolean;
}

/** Errors: code 999, in the words of the reference. */
export function parseMacvlanConfig(call: Pick<PluginCall, "config" | "args">): MacvlanConfig {
  const config = new NetconfReader(call.config, "NetConf");
  const master = config.text("master");
  const bcQueueLength = config.integer("bcqueuelen");
  return {
    master: master === "" ? undefined : master,
    linkInContainer: config.flag("linkInContainer"),
    mode: readMode(config.text("mode")),
    mtu: config.integer("mtu"),
    mac: requestedMac(config, call.args),
    bcQueueLength: bcQueueLength > 0 ? bcQueueLength : undefined,
    dns: readDns(config),
    hasIpam: ipamType(call) !== undefined,
  };
}

function readMode(mode: string): MacvlanMode {
  switch (mode) {
    case "":
      return "bridge";
    case "bridge":
    case "private":
    case "vepa":
    case "passthru":
      return mode;
    default:
      throw failure(`unknown macvlan mode: ${JSON.stringify(mode)}`);
  }
}

/** The capability counts before `CNI_ARGS`, and those before the configuration. */
function requestedMac(config: NetconfReader, args: string | undefined): string | undefined {
  const fromArgs = parseCniArgs(args, ["MAC"]).get("MAC") ?? "";
  return [config.object("runtimeConfig").text("mac"), fromArgs, config.text("mac")].find((mac) => mac !== "");
}
