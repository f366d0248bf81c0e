import type { IpAddress } from "@fairlead/cni";

/** What a packet must be like, besides its port, for a mapping to hold for it. */
export type Condition = { readonly isNegated: boolean } & (
  | { readonly match: "source" | "destination"; readonly address: IpAddress; readonly mask: Uint8Array }
  /** A name that ends in `+` stands for all that begin like it. Matched against no name, where a packet came from the host itself or leaves for it. */
  | { readonly match: "inputInterface" | "outputInterface"; readonly name: string }
  | { readonly match: "sourceType" | "destinationType"; readonly type: AddressType }
  | { readonly match: "mark"; readonly value: number; readonly mask: number }
  | { readonly match: "protocol"; readonly protocol: number }
);

/** `RTN_…`, by iptables' names. Source: `include/uapi/linux/rtnetlink.h`; iptables-extensions(8), addrtype. */
export const ADDRESS_TYPES = {
  UNSPEC: 0,
  UNICAST: 1,
  LOCAL: 2,
  BROADCAST: 3,
  ANYCAST: 4,
  MULTICAST: 5,
  BLACKHOLE: 6,
  UNREACHABLE: 7,
  PROHIBIT: 8,
} as const;

export type AddressType = keyof typeof ADDRESS_TYPES;
