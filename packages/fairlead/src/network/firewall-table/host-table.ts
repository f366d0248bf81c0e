import type { NftChain, NftKey, NftSet, NftTable } from "@fairlead/netlink/nftables";

/** The families that have a table of ours on the host: NAT of both in one table needs newer kernels than some have. */
export type HostFamily = "ip" | "ip6";

export const HOST_FAMILIES: readonly HostFamily[] = ["ip", "ip6"];

/** What has a table of ours there in all: frames on bridges are no packets yet. */
export type TableFamily = HostFamily | "bridge";

export const TABLE_FAMILIES: readonly TableFamily[] = [...HOST_FAMILIES, "bridge"];

/** Everything of ours that nftables have on the host is in one table for each family; its name is all that we claim. */
const TABLE = "fairlead";

export function hostTable(family: TableFamily): NftTable {
  return { family, name: TABLE };
}

export function hostChain(family: TableFamily, name: string): NftChain {
  return { family, table: TABLE, name };
}

/** A set of addresses, or a map from them. */
export function addressSet(family: HostFamily, name: string, data?: NftSet["data"]): NftSet {
  return { family, table: TABLE, name, key: [addressType(family)], data };
}

export function addressType(family: HostFamily): "ipv4_addr" | "ipv6_addr" {
  return family === "ip" ? "ipv4_addr" : "ipv6_addr";
}

export function hostFamily({ family }: { readonly family: 4 | 6 }): HostFamily {
  return family === 4 ? "ip" : "ip6";
}

export function familyNumber(family: HostFamily): 4 | 6 {
  return family === "ip" ? 4 : 6;
}

/** The key of an address. */
export function addressKey({ bytes }: { readonly bytes: Uint8Array }): NftKey {
  return [bytes];
}
