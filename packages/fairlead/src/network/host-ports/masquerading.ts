import { type Cidr, formatCidr } from "@fairlead/cni";
import {
  bitwise,
  ChainPriority,
  ConnectionStatus,
  compare,
  field,
  loadConnection,
  loadPayload,
  lookupVerdict,
  masquerade,
  type NftExpression,
  type NftSet,
  u32,
} from "@fairlead/netlink/nftables";
import type { FirewallPart } from "../firewall-table/firewall-part.ts";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import { addressKey, addressSet, type HostFamily, hostChain, hostFamily } from "../firewall-table/host-table.ts";
import { networkOf } from "../plugin/container-addresses.ts";
import { prefixMask } from "./prefix-mask.ts";

/** Which packets to mapped ports get an address of the host as their source. */
export type Masquerading =
  /** None: containers of the same network, and the host by 127.0.0.1, do not reach mapped ports. */
  | "none"
  /** Those whose answers would not come back through the host otherwise: from the container's own subnet, and from 127.0.0.1. */
  | "local"
  /** All. */
  | "all";

/** From addresses of containers to what happens to packets on their way there. */
export function masqueradingMap(family: HostFamily): NftSet {
  return addressSet(family, "ports_masquerade", "verdict");
}

/**
 * What a container's element needs in our table.
 *
 * Comes before the masquerading of networks, which lets pass what stays in a subnet.
 *
 *     ct status dnat ip daddr vmap @ports_masquerade
 */
export function masqueradingParts(ip: Cidr, masquerading: Exclude<Masquerading, "none">): FirewallPart[] {
  const family = hostFamily(ip.address);
  const chain = chainName(ip, masquerading);
  const isMapped = [loadConnection("status"), bitwise(u32(ConnectionStatus.destinationNat)), compare("!=", u32(0))];
  return [
    {
      name: `ports_masquerade ${family}`,
      family,
      sets: [masqueradingMap(family)],
      chains: [
        {
          chain: hostChain(family, "ports_postrouting"),
          hook: { type: "nat", hook: "postrouting", priority: ChainPriority.sourceNat - 1 },
          rules: [
            [...isMapped, loadPayload(field.destinationAddress[family]), lookupVerdict(masqueradingMap(family).name)],
          ],
        },
      ],
    },
    {
      name: `${chain} ${family}`,
      family,
      sets: [],
      chains: [{ chain: hostChain(family, chain), rules: masqueradingRules(ip, masquerading) }],
    },
  ];
}

/** What has packets to an address masqueraded. */
export function masqueradingElement(ip: Cidr, masquerading: Exclude<Masquerading, "none">): FirewallElement {
  return {
    set: masqueradingMap(hostFamily(ip.address)),
    key: addressKey(ip.address),
    data: { kind: "goto", chain: chainName(ip, masquerading) },
  };
}

/** Not for `::1`: the kernel lets no packet from there out of the host, whatever it is to become. */
function masqueradingRules(ip: Cidr, masquerading: Masquerading): NftExpression[][] {
  if (masquerading === "all") return [[masquerade()]];
  const { family, bytes } = ip.address;
  const source = loadPayload(field.sourceAddress[family === 4 ? "ip" : "ip6"]);
  const mask = prefixMask(ip.prefixLength, bytes.length);
  const fromSubnet = [source, bitwise(mask), compare("==", networkOf(ip).address.bytes), masquerade()];
  const fromLocalhost = [source, compare("==", Buffer.from([127, 0, 0, 1])), masquerade()];
  return family === 4 ? [fromLocalhost, fromSubnet] : [fromSubnet];
}

/** nft takes no colons in the names of chains. */
function chainName(ip: Cidr, masquerading: Masquerading): string {
  return masquerading === "all"
    ? "ports_masquerade_all"
    : `ports_masquerade_${formatCidr(networkOf(ip)).replaceAll(":", "_")}`;
}
