import { readAttributes, readText } from "../../message/attributes.ts";
import type { NetlinkSocket } from "../../socket.ts";
import { requireIndex } from "../argument.ts";
import { type IpAddress, type IpPrefix, readIp } from "../ip-address.ts";
import { RouteMessage } from "../route-message.ts";
import { ADDRESS_HEADER_BYTES, AddressAttribute, AddressFlag, addressHeader } from "./address-message.ts";

/** An address of a link. */
export interface LinkAddress extends IpPrefix {
  /** Of the link. */
  readonly index: number;
  readonly broadcast: IpAddress | undefined;
  /** The other end's of a point-to-point link. */
  readonly peer: IpAddress | undefined;
  /** `Scope.…` */
  readonly scope: number;
  /** IPv4 only: the link's name, or that and a suffix. */
  readonly label: string | undefined;
  /** Not to be used yet: the kernel still asks whether another host has it. */
  readonly isTentative: boolean;
  /** Another host has it. */
  readonly isDuplicate: boolean;
  /** Whether it was set, rather than learned from a router for a time. */
  readonly isPermanent: boolean;
}

/** The addresses of the socket's namespace, or of one link. ENODEV for a link that is not there. Errors: those of NetlinkSocket. */
export function listAddresses(
  socket: NetlinkSocket,
  { index }: { readonly index?: number | undefined } = {},
): LinkAddress[] {
  if (index !== undefined) requireIndex(index);
  const payload = addressHeader({ index: index ?? 0 });
  const operation = index === undefined ? "list addresses" : `list the addresses of link ${index}`;
  return socket.dump({ type: RouteMessage.getAddress, flags: 0, payload, operation }).flatMap(readAddress);
}

/** Nothing for an address of another family. */
function readAddress(payload: Buffer): LinkAddress[] {
  const family = payload.readUInt8(0);
  const attributes = readAttributes(payload.subarray(ADDRESS_HEADER_BYTES));
  const ip = (type: number) => {
    const bytes = attributes.get(type);
    return bytes && readIp(family, bytes);
  };
  const far = ip(AddressAttribute.address);
  // on a point-to-point link, `address` is the other end's; IPv6 has no `local` elsewhere
  const address = ip(AddressAttribute.local) ?? far;
  if (address === undefined) return [];
  const flags = attributes.get(AddressAttribute.flags)?.readUInt32LE(0) ?? payload.readUInt8(2);
  const label = attributes.get(AddressAttribute.label);
  const isSame = far === undefined || Buffer.compare(far.bytes, address.bytes) === 0;
  return [
    {
      index: payload.readUInt32LE(4),
      address,
      prefixLength: payload.readUInt8(1),
      broadcast: ip(AddressAttribute.broadcast),
      peer: isSame ? undefined : far,
      scope: payload.readUInt8(3),
      label: label && readText(label),
      isTentative: (flags & AddressFlag.tentative) !== 0,
      isDuplicate: (flags & AddressFlag.dadFailed) !== 0,
      isPermanent: (flags & AddressFlag.permanent) !== 0,
    },
  ];
}
