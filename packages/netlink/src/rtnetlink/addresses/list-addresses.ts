import type { NetlinkSocket } from "../../socket.ts";
import { requireIndex } from "../argument.ts";
import { AttributeReader } from "../attribute-reader.ts";
import type { IpAddress, IpPrefix } from "../ip-address.ts";
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

/** Reads an RTM_NEWADDR; nothing for an address of another family. Errors: NETLINK_ANSWER_INVALID. */
export function readAddress(payload: Buffer): LinkAddress[] {
  const reader = new AttributeReader(payload, ADDRESS_HEADER_BYTES);
  const family = reader.header.readUInt8(0);
  const far = reader.ip(AddressAttribute.address, family);
  // on a point-to-point link, `address` is the other end's; IPv6 has no `local` elsewhere
  const address = reader.ip(AddressAttribute.local, family) ?? far;
  if (address === undefined) return [];
  const flags = reader.u32(AddressAttribute.flags) ?? reader.header.readUInt8(2);
  const isSame = far === undefined || Buffer.compare(far.bytes, address.bytes) === 0;
  return [
    {
      index: reader.header.readUInt32LE(4),
      address,
      prefixLength: reader.header.readUInt8(1),
      broadcast: reader.ip(AddressAttribute.broadcast, family),
      peer: isSame ? undefined : far,
      scope: reader.header.readUInt8(3),
      label: reader.text(AddressAttribute.label),
      isTentative: (flags & AddressFlag.tentative) !== 0,
      isDuplicate: (flags & AddressFlag.dadFailed) !== 0,
      isPermanent: (flags & AddressFlag.permanent) !== 0,
    },
  ];
}
