import { type CniResult, convertResult, type JsonObject, type SpecVersion } from "@fairlead/cni";
import { expectSuccess } from "../../../../../base/run-command.ts";

/**
 * The result of an ADD as the kernel tells it; undefined when the interface is not there.
 *
 * For a DEL after a crash between the end of a plugin and the storing of its result: plugins such as `firewall` find what they have to remove by the
 * addresses in `prevResult`, and do nothing without it.
 */
export async function observeResult(
  netns: string,
  ifName: string,
  cniVersion: SpecVersion,
): Promise<JsonObject | undefined> {
  const { stdout } = await expectSuccess(["nsenter", `--net=${netns}`, "--", "ip", "-json", "address", "show"]);
  const result = parseObserved(stdout, netns, ifName);
  return result && convertResult(result, cniVersion);
}

/** Parses what `ip -json address show` prints. */
export function parseObserved(output: string, netns: string, ifName: string): CniResult | undefined {
  // iproute2 wrote it: a list of links, each with the list of its addresses
  const links = JSON.parse(output) as {
    readonly ifname: string;
    readonly address?: string;
    readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
  }[];
  const link = links.find(({ ifname }) => ifname === ifName);
  if (link === undefined) return undefined;
  // the kernel gives itself the others, such as link-local ones
  const assigned = link.addr_info.filter(({ scope }) => scope === "global");
  return {
    interfaces: [{ name: ifName, ...(link.address === undefined ? {} : { mac: link.address }), sandbox: netns }],
    ips: assigned.map(({ local, prefixlen }) => ({ address: `${local}/${prefixlen}`, interface: 0 })),
    routes: [],
    dns: { nameservers: [], search: [], options: [] },
  };
}
