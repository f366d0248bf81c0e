import { NetlinkError } from "../errors.ts";

/** Throws NETLINK_ARGUMENT_INVALID unless a value is an integer within a range, both ends included. */
export function requireInteger(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `${what} must be an integer from ${min} to ${max}, not ${value}`);
}

/** Throws NETLINK_ARGUMENT_INVALID for what no link can have as its number. */
export function requireIndex(index: number): void {
  requireInteger("the index of a link", index, 1, 0x7fffffff);
}

/** Throws NETLINK_ARGUMENT_INVALID for a number that has no place in 32 bits. */
export function requireUint32(what: string, value: number): void {
  requireInteger(what, value, 0, 0xffffffff);
}
