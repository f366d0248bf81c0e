import { AttributeWriter } from "../../message/attribute-writer.ts";
import { MessageFlag, type NetlinkRequest } from "../../message/message.ts";
import type { NetlinkSocket } from "../../socket.ts";
import { requireIndex } from "../argument.ts";
import { AttributeReader } from "../attribute-reader.ts";
import { familyNumber, type IpAddress, ipBytes, ipText } from "../ip-address.ts";
import { macBytes, macText } from "../mac-address.ts";
import { Family, RouteMessage } from "../route-message.ts";
import { NEIGHBOUR_HEADER_BYTES, NeighbourAttribute, NeighbourState, neighbourHeader } from "./neighbour-message.ts";

/** Who has an address on a link. */
export interface Neighbour {
  readonly index: number;
  readonly address: IpAddress;
  /** As in `02:00:00:00:00:01`; undefined while it is being asked for, and where nobody answered. */
  readonly mac: string | undefined;
  /** Whether it was set for good. */
  readonly isPermanent: boolean;
}

/** Sets who has an address, for good, in place of what was set or learned. Errors: NETLINK_ARGUMENT_INVALID. */
export function addNeighbour(
  index: number,
  { address, mac }: { readonly address: IpAddress; readonly mac: string },
): NetlinkRequest {
  const payload = new AttributeWriter(header(index, address))
    .bytes(NeighbourAttribute.destination, ipBytes(address))
    .bytes(NeighbourAttribute.linkAddress, macBytes(mac))
    .toBytes();
  return {
    type: RouteMessage.newNeighbour,
    flags: MessageFlag.create | MessageFlag.replace,
    payload,
    operation: `set neighbour ${ipText(address)} of link ${index}`,
  };
}

/** Forgets who has an address; ENOENT where that is not known. Errors: NETLINK_ARGUMENT_INVALID. */
export function deleteNeighbour(index: number, address: IpAddress): NetlinkRequest {
  const payload = new AttributeWriter(header(index, address))
    .bytes(NeighbourAttribute.destination, ipBytes(address))
    .toBytes();
  const operation = `delete neighbour ${ipText(address)} of link ${index}`;
  return { type: RouteMessage.deleteNeighbour, flags: 0, payload, operation };
}

/** The neighbours of all links, or of one. Errors: NETLINK_ARGUMENT_INVALID, those of NetlinkSocket. */
export function listNeighbours(
  socket: NetlinkSocket,
  { index }: { readonly index?: number | undefined } = {},
): Neighbour[] {
  const writer = new AttributeWriter(neighbourHeader({ family: Family.unspecified }));
  if (index !== undefined) {
    requireIndex(index);
    writer.u32(NeighbourAttribute.index, index);
  }
  return socket
    .dump({ type: RouteMessage.getNeighbour, flags: 0, payload: writer.toBytes(), operation: "list neighbours" })
    .flatMap(readNeighbour);
}

function header(index: number, { family }: IpAddress): Buffer {
  requireIndex(index);
  return neighbourHeader({ family: familyNumber(family), index, state: NeighbourState.permanent });
}

/** Reads an RTM_NEWNEIGH; nothing for a neighbour of another family. Errors: NETLINK_ANSWER_INVALID. */
export function readNeighbour(payload: Buffer): Neighbour[] {
  const reader = new AttributeReader(payload, NEIGHBOUR_HEADER_BYTES);
  const address = reader.ip(NeighbourAttribute.destination, reader.header.readUInt8(0));
  if (address === undefined) return [];
  const mac = reader.bytes(NeighbourAttribute.linkAddress);
  return [
    {
      index: reader.header.readInt32LE(4),
      address,
      mac: mac && macText(mac),
      isPermanent: (reader.header.readUInt16LE(8) & NeighbourState.permanent) !== 0,
    },
  ];
}
