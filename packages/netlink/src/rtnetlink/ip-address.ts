import { NetlinkError } from "../errors.ts";
import { requireInteger } from "./argument.ts";
import { Family } from "./route-message.ts";

/** An address: 4 or 16 bytes, network order. The same shape as `IpAddress` of `@fairlead/cni`. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
}

/** A network: an address and how many of its leading bits count. */
export interface IpPrefix {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/** The bytes of an address. Errors: NETLINK_ARGUMENT_INVALID unless there are as many as its family has. */
export function ipBytes({ family, bytes }: IpAddress): Uint8Array {
  if (bytes.length === ipLength(family)) return bytes;
  throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `an IPv${family} address of ${bytes.length} bytes is none`);
}

/** Throws NETLINK_ARGUMENT_INVALID unless an address has the bytes of its family, and no more bits count than these are. */
export function requirePrefix({ address, prefixLength }: IpPrefix): void {
  ipBytes(address);
  requireInteger("the length of a prefix", prefixLength, 0, 8 * ipLength(address.family));
}

/** How many bytes an address of a family has. */
export function ipLength(family: 4 | 6): number {
  return family === 4 ? 4 : 16;
}

/** The kernel's number of a family. */
export function familyNumber(family: 4 | 6): number {
  return family === 4 ? Family.inet : Family.inet6;
}

/** An address from the kernel; undefined where it is of no family of ours, as multicast routing is. */
export function readIp(familyNumber: number, bytes: Buffer): IpAddress | undefined {
  if (familyNumber === Family.inet && bytes.length === 4) return { family: 4, bytes: Uint8Array.from(bytes) };
  if (familyNumber === Family.inet6 && bytes.length === 16) return { family: 6, bytes: Uint8Array.from(bytes) };
  return undefined;
}

/** Text for errors and logs: dotted decimal, or eight groups. */
export function ipText({ family, bytes }: IpAddress): string {
  if (family === 4) return bytes.join(".");
  return Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16)).join(
    ":",
  );
}

/** As in `10.0.0.0/24`. */
export function prefixText({ address, prefixLength }: IpPrefix): string {
  return `${ipText(address)}/${prefixLength}`;
}
