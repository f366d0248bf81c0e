import { AttributeWriter } from "../../message/attribute-writer.ts";
import { MessageFlag, type NetlinkRequest } from "../../message/message.ts";
import type { NetlinkSocket } from "../../socket.ts";
import { requireIndex, requireInteger } from "../argument.ts";
import { AttributeReader } from "../attribute-reader.ts";
import { type IpAddress, ipBytes, ipText, readIp } from "../ip-address.ts";
import { macBytes, macText } from "../mac-address.ts";
import { Family, RouteMessage } from "../route-message.ts";
import {
  NEIGHBOUR_HEADER_BYTES,
  NeighbourAttribute,
  NeighbourState,
  neighbourHeader,
  SELF,
} from "./neighbour-message.ts";

/** The MAC address that stands for all that are not known: a VXLAN sends their frames, and broadcasts, to each of its hosts. */
export const ALL_MACS = "00:00:00:00:00:00";

/** Behind which host a VXLAN finds a MAC address. */
export interface ForwardingEntry {
  readonly mac: string;
  readonly host: IpAddress;
  /** UDP port, where it is not that of the VXLAN. */
  readonly port?: number | undefined;
  /** Network identifier, where it is not that of the VXLAN. */
  readonly vni?: number | undefined;
}

/**
 * Tells a VXLAN behind which host a MAC address is, in place of what it knew; for {@link ALL_MACS} one more host.
 *
 * EAFNOSUPPORT for a host of the other family than that of the VXLAN. Errors: NETLINK_ARGUMENT_INVALID.
 */
export function addForwardingEntry(index: number, entry: ForwardingEntry): NetlinkRequest {
  const mode = entry.mac === ALL_MACS ? MessageFlag.append : MessageFlag.replace;
  return {
    type: RouteMessage.newNeighbour,
    flags: MessageFlag.create | mode,
    payload: encodeEntry(index, entry),
    operation: `forward ${entryText(index, entry)}`,
  };
}

/** Takes an entry away; ENOENT where it is not there. Errors: NETLINK_ARGUMENT_INVALID. */
export function deleteForwardingEntry(index: number, entry: ForwardingEntry): NetlinkRequest {
  return {
    type: RouteMessage.deleteNeighbour,
    flags: 0,
    payload: encodeEntry(index, entry),
    operation: `no longer forward ${entryText(index, entry)}`,
  };
}

/** The entries of a VXLAN. Errors: NETLINK_ARGUMENT_INVALID, those of NetlinkSocket. */
export function listForwardingEntries(socket: NetlinkSocket, index: number): ForwardingEntry[] {
  requireIndex(index);
  const payload = neighbourHeader({ family: Family.bridge, index });
  const operation = `list the forwarding entries of link ${index}`;
  return socket.dump({ type: RouteMessage.getNeighbour, flags: 0, payload, operation }).flatMap(readForwardingEntry);
}

function encodeEntry(index: number, { mac, host, port, vni }: ForwardingEntry): Buffer {
  requireIndex(index);
  const state = NeighbourState.noArp | NeighbourState.permanent;
  const writer = new AttributeWriter(neighbourHeader({ family: Family.bridge, index, state, flags: SELF }))
    .bytes(NeighbourAttribute.linkAddress, macBytes(mac))
    .bytes(NeighbourAttribute.destination, ipBytes(host));
  if (port !== undefined) {
    requireInteger("a UDP port", port, 1, 0xffff);
    writer.be16(NeighbourAttribute.port, port);
  }
  if (vni !== undefined) {
    requireInteger("the identifier of a VXLAN", vni, 0, 0xffffff);
    writer.u32(NeighbourAttribute.vni, vni);
  }
  return writer.toBytes();
}

/**
 * Reads an RTM_NEWNEIGH of the bridge family; nothing for an entry without a host: one of the bridge that the VXLAN is a port of.
 *
 * Errors: NETLINK_ANSWER_INVALID.
 */
export function readForwardingEntry(payload: Buffer): ForwardingEntry[] {
  const reader = new AttributeReader(payload, NEIGHBOUR_HEADER_BYTES);
  const mac = reader.bytes(NeighbourAttribute.linkAddress);
  const bytes = reader.bytes(NeighbourAttribute.destination);
  const host = bytes && readIp(bytes.length === 4 ? Family.inet : Family.inet6, bytes);
  if (mac === undefined || host === undefined) return [];
  const [port, vni] = [reader.be16(NeighbourAttribute.port), reader.u32(NeighbourAttribute.vni)];
  return [{ mac: macText(mac), host, port, vni }];
}

function entryText(index: number, { mac, host }: ForwardingEntry): string {
  return `${mac} to ${ipText(host)} by link ${index}`;
}
