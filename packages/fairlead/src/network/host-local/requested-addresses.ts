import { formatIp, type IpAddress, type PluginCall, parseIp } from "@fairlead/cni";
import { parseCniArgs } from "../plugin/cni-args.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

/**
 * The addresses that a container asks for: `IP` of `CNI_ARGS`, `args.cni.ips`, and the capability `ips`; each once. A prefix length is allowed and
 * means nothing. Errors: code 999.
 */
export function requestedAddresses({ config, args }: Pick<PluginCall, "config" | "args">): IpAddress[] {
  const fromArgs = parseCniArgs(args, ["IP"]).get("IP") ?? "";
  const net = new NetconfReader(config, "Net");
  const texts = [
    ...(fromArgs === "" ? [] : [fromArgs]),
    ...net.object("args").object("cni").texts("ips"),
    ...net.object("runtimeConfig").texts("ips"),
  ];
  const requested = texts.map(parseRequest);
  return [...new Map(requested.map((address) => [formatIp(address), address])).values()];
}

function parseRequest(text: string): IpAddress {
  const address = parseIp(text.replace(/\/[0-9]{1,3}$/, ""));
  if (address === undefined) throw failure(`invalid IP address ${text}`);
  return address;
}
