import { AttributeWriter } from "../message/attribute-writer.ts";
import { requireIndex, requireInteger } from "../rtnetlink/argument.ts";

/** `RTM_…` of traffic control. Source: `include/uapi/linux/rtnetlink.h`. */
export const TrafficMessage = {
  newQdisc: 36,
  deleteQdisc: 37,
  getQdisc: 38,
  newClass: 40,
  newFilter: 44,
  deleteFilter: 45,
  getFilter: 46,
} as const;

/** `TCA_…`: attributes that every qdisc, class and filter has. */
export const TrafficAttribute = { kind: 1, options: 2 } as const;

export const TRAFFIC_HEADER_BYTES = 20;

/** What stands before the attributes. */
export interface TrafficHeader {
  /** 0 in a listing: those of all links. */
  readonly linkIndex: number;
  readonly handle: number;
  readonly parent: number;
  /** Of filters: priority in the upper half, protocol in the lower. */
  readonly info?: number;
}

/** `struct tcmsg`. Source: `include/uapi/linux/rtnetlink.h`. Errors: NETLINK_ARGUMENT_INVALID. */
export function trafficHeader({ linkIndex, handle, parent, info = 0 }: TrafficHeader): Buffer {
  requireInteger("the index of a link", linkIndex, 0, 0x7fffffff);
  requireInteger("a handle", handle, 0, 0xffffffff);
  requireInteger("a parent", parent, 0, 0xffffffff);
  const header = Buffer.alloc(TRAFFIC_HEADER_BYTES);
  header.writeInt32LE(linkIndex, 4);
  header.writeUInt32LE(handle, 8);
  header.writeUInt32LE(parent, 12);
  header.writeUInt32LE(info, 16);
  return header;
}

/** Reads a `struct tcmsg`, all but its last word. */
export function readTrafficHeader(header: Buffer): Omit<TrafficHeader, "info"> {
  return { linkIndex: header.readInt32LE(4), handle: header.readUInt32LE(8), parent: header.readUInt32LE(12) };
}

/** A header for one link, with the kind of what is made or deleted. */
export function trafficWriter(header: TrafficHeader, kind: string): AttributeWriter {
  requireIndex(header.linkIndex);
  return new AttributeWriter(trafficHeader(header)).string(TrafficAttribute.kind, kind);
}
