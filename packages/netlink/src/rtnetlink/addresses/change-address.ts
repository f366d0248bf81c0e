import { NetlinkError } from "../../errors.ts";
import { AttributeWriter } from "../../message/attribute-writer.ts";
import { MessageFlag, type NetlinkRequest } from "../../message/message.ts";
import { requireIndex, requireInteger } from "../argument.ts";
import { familyNumber, type IpAddress, type IpPrefix, ipBytes, prefixText, requirePrefix } from "../ip-address.ts";
import { RouteMessage } from "../route-message.ts";
import { AddressAttribute, AddressFlag, addressHeader } from "./address-message.ts";

/** An address that a link is to have. */
export interface NewAddress extends IpPrefix {
  /** IPv4 only; none without. See {@link broadcastAddress}. */
  readonly broadcast?: IpAddress | undefined;
  /** It may be used at once, without asking first whether another host has it. IPv6 only: IPv4 never asks. */
  readonly noDad?: boolean | undefined;
  /** `Scope.…`; global without. */
  readonly scope?: number | undefined;
}

/** Gives a link an address; EEXIST where it has it already. Errors: NETLINK_ARGUMENT_INVALID. */
export function addAddress(index: number, { broadcast, noDad, scope = 0, ...prefix }: NewAddress): NetlinkRequest {
  requireInteger("the scope of an address", scope, 0, 255);
  if (broadcast !== undefined && (prefix.address.family !== 4 || broadcast.family !== 4)) {
    throw new NetlinkError("NETLINK_ARGUMENT_INVALID", "only IPv4 has broadcast addresses");
  }
  const flags = noDad === true ? AddressFlag.noDad : 0;
  return {
    type: RouteMessage.newAddress,
    flags: MessageFlag.create | MessageFlag.exclusive,
    payload: encodeAddress(index, prefix, { flags, scope }, broadcast),
    operation: `add address ${prefixText(prefix)} to link ${index}`,
  };
}

/** Takes an address away from a link; EADDRNOTAVAIL where it does not have it. Errors: NETLINK_ARGUMENT_INVALID. */
export function deleteAddress(index: number, prefix: IpPrefix): NetlinkRequest {
  return {
    type: RouteMessage.deleteAddress,
    flags: 0,
    payload: encodeAddress(index, prefix, {}),
    operation: `delete address ${prefixText(prefix)} of link ${index}`,
  };
}

/** The last address of an IPv4 network; undefined for IPv6, and where there is none because two addresses or fewer are in it. */
export function broadcastAddress({ address, prefixLength }: IpPrefix): IpAddress | undefined {
  if (address.family !== 4 || prefixLength > 30) return undefined;
  const host = 0xffffffff >>> prefixLength;
  const bytes = Uint8Array.from(address.bytes, (byte, i) => byte | ((host >>> (24 - 8 * i)) & 0xff));
  return { family: 4, bytes };
}

function encodeAddress(
  index: number,
  prefix: IpPrefix,
  header: { readonly flags?: number; readonly scope?: number },
  broadcast?: IpAddress,
): Buffer {
  requireIndex(index);
  requirePrefix(prefix);
  const { address, prefixLength } = prefix;
  const family = familyNumber(address.family);
  const writer = new AttributeWriter(addressHeader({ ...header, family, prefixLength, index }));
  writer.bytes(AddressAttribute.local, ipBytes(address));
  if (broadcast !== undefined) writer.bytes(AddressAttribute.broadcast, ipBytes(broadcast));
  return writer.bytes(AddressAttribute.address, ipBytes(address)).toBytes();
}
