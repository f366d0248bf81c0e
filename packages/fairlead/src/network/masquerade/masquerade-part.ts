import { type Cidr, formatCidr } from "@fairlead/cni";
import {
  bitwise,
  ChainPriority,
  compare,
  field,
  loadPayload,
  lookupVerdict,
  masquerade,
  type NftExpression,
  type NftSet,
  verdict,
} from "@fairlead/netlink/nftables";
import type { FirewallPart } from "../firewall-table/firewall-part.ts";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import { addressKey, addressSet, type HostFamily, hostChain, hostFamily } from "../firewall-table/host-table.ts";

/** Traffic to groups stays as it is: containers may talk to each other by it. */
const MULTICAST = {
  ip: { mask: Buffer.from([0xf0, 0, 0, 0]), prefix: Buffer.from([224, 0, 0, 0]) },
  ip6: { mask: sixteen(0xff), prefix: sixteen(0xff) },
} as const;

/** From addresses of containers to the chains of their subnets. `masquerade` alone is a word of nft, which could not load what it had listed. */
export function masqueradeMap(family: HostFamily): NftSet {
  return addressSet(family, "masquerade_sources", "verdict");
}

/**
 * The chain that sends packets from known containers to the chain of their subnet: one look into a hash table, however many there are.
 *
 *     ip saddr vmap @masquerade_sources
 */
export function masqueradeBase(family: HostFamily): FirewallPart {
  return {
    name: `masquerade ${family}`,
    family,
    sets: [masqueradeMap(family)],
    chains: [
      {
        chain: hostChain(family, "masquerade_postrouting"),
        hook: { type: "nat", hook: "postrouting", priority: ChainPriority.sourceNat },
        rules: [[loadPayload(field.sourceAddress[family]), lookupVerdict(masqueradeMap(family).name)]],
      },
    ],
  };
}

/**
 * What happens to packets from one subnet.
 *
 *     ip daddr 10.1.0.0/16 return
 *     ip daddr 224.0.0.0/4 return
 *     masquerade
 */
export function masqueradeSubnet(ip: Cidr): FirewallPart {
  const family = hostFamily(ip.address);
  const name = subnetChain(ip);
  const { mask, prefix } = MULTICAST[family];
  return {
    name: `${name} ${family}`,
    family,
    sets: [],
    chains: [
      {
        chain: hostChain(family, name),
        rules: [returnTo(family, subnetMask(ip), subnetAddress(ip)), returnTo(family, mask, prefix), [masquerade()]],
      },
    ],
  };
}

/** What has packets from an address masqueraded. */
export function masqueradeElement(ip: Cidr): FirewallElement {
  return {
    set: masqueradeMap(hostFamily(ip.address)),
    key: addressKey(ip.address),
    data: { kind: "goto", chain: subnetChain(ip) },
  };
}

function returnTo(family: HostFamily, mask: Uint8Array, prefix: Uint8Array): NftExpression[] {
  return [
    loadPayload(field.destinationAddress[family]),
    bitwise(mask),
    compare("==", prefix),
    verdict({ kind: "return" }),
  ];
}

/** nft takes no colons in the names of chains. */
function subnetChain(ip: Cidr): string {
  const { prefixLength, address } = ip;
  const subnet = formatCidr({ prefixLength, address: { ...address, bytes: subnetAddress(ip) } });
  return `masquerade_${subnet.replaceAll(":", "_")}`;
}

function subnetAddress(ip: Cidr): Uint8Array {
  const mask = subnetMask(ip);
  return ip.address.bytes.map((byte, index) => byte & (mask[index] ?? 0));
}

function subnetMask({ address, prefixLength }: Cidr): Uint8Array {
  return address.bytes.map((_, index) => 0xff00 >> Math.min(8, Math.max(0, prefixLength - index * 8)));
}

function sixteen(first: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes[0] = first;
  return bytes;
}
