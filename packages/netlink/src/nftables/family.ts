/** Which packets a table sees. Source: `NFPROTO_…` in `include/uapi/linux/netfilter.h`. */
export type NftFamily = "inet" | "ip" | "ip6" | "bridge";

const numbers: Readonly<Record<NftFamily, number>> = { inet: 1, ip: 2, ip6: 10, bridge: 7 };

export function familyNumber(family: NftFamily): number {
  return numbers[family];
}
