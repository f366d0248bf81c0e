import { requireInteger } from "../rtnetlink/argument.ts";
import { handleText } from "./handle.ts";

/** `ETH_P_…`: which packets a filter sees. Source: `include/uapi/linux/if_ether.h`. */
export const EtherType = { all: 0x0003, ip: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** Where a list of filters hangs, and which of the lists it is. */
export interface FilterPlace {
  readonly linkIndex: number;
  /** The qdisc: `TrafficHandle.ingressQdisc`, or a handle. */
  readonly parent: number;
  /** Lists are gone through from the lowest; 1 to 65535. */
  readonly pref: number;
  /** `EtherType.…`; all filters of a list have the same. */
  readonly protocol: number;
}

/** The last word of the header. Errors: NETLINK_ARGUMENT_INVALID. */
export function filterInfo({ pref, protocol }: Pick<FilterPlace, "pref" | "protocol">): number {
  requireInteger("the protocol of a filter", protocol, 0, 0xffff);
  return pref * 0x10000 + swap(protocol);
}

export function readFilterInfo(info: number): Pick<FilterPlace, "pref" | "protocol"> {
  return { pref: Math.floor(info / 0x10000), protocol: swap(info % 0x10000) };
}

/** Throws NETLINK_ARGUMENT_INVALID for a preference that would let the kernel choose. */
export function requirePref(pref: number): void {
  requireInteger("the preference of a filter", pref, 1, 0xffff);
}

export function filterPlaceText({ linkIndex, parent, pref }: FilterPlace): string {
  return `filter ${pref} of ${handleText(parent)} of link ${linkIndex}`;
}

/** The protocol stands there in network order. */
function swap(protocol: number): number {
  return (protocol % 0x100) * 0x100 + Math.floor(protocol / 0x100);
}
