import { isRefusal, NetlinkError } from "../errors.ts";
import type { AttributeWriter } from "../message/attribute-writer.ts";
import { readAttributes, readText } from "../message/attributes.ts";
import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import { requireIndex } from "../rtnetlink/argument.ts";
import type { NetlinkSocket } from "../socket.ts";
import { handleText } from "./handle.ts";
import {
  TRAFFIC_HEADER_BYTES,
  TrafficAttribute,
  TrafficMessage,
  trafficHeader,
  trafficWriter,
} from "./traffic-message.ts";

/** Where a qdisc sits. */
export interface QdiscPlace {
  readonly linkIndex: number;
  /** `TrafficHandle.root`, `TrafficHandle.ingress`, or a class. */
  readonly parent: number;
}

/** A queueing discipline as the kernel tells of it. */
export interface Qdisc extends QdiscPlace {
  /** 0 for those that the kernel put there itself. */
  readonly handle: number;
  /** As in `tbf`. */
  readonly kind: string;
  /** What only its kind has: see `readTbf`. */
  readonly options: ReadonlyMap<number, Buffer>;
}

/** The request that makes a qdisc, and refuses with EEXIST where there is one in its place. */
export function newQdisc(
  kind: string,
  { linkIndex, parent, handle }: QdiscPlace & { readonly handle: number },
  writeOptions?: (options: AttributeWriter) => void,
): NetlinkRequest {
  const writer = trafficWriter({ linkIndex, handle, parent }, kind);
  if (writeOptions !== undefined) writer.nested(TrafficAttribute.options, writeOptions);
  return {
    type: TrafficMessage.newQdisc,
    flags: MessageFlag.create | MessageFlag.exclusive,
    payload: writer.toBytes(),
    operation: `make the ${kind} qdisc ${handleText(parent)} of link ${linkIndex}`,
  };
}

/** Deletes the qdisc of a place with all its classes and filters. ENOENT or EINVAL where there is none. Errors: NETLINK_ARGUMENT_INVALID. */
export function deleteQdisc({ linkIndex, parent }: QdiscPlace): NetlinkRequest {
  requireIndex(linkIndex);
  return {
    type: TrafficMessage.deleteQdisc,
    flags: 0,
    payload: trafficHeader({ linkIndex, handle: 0, parent }),
    operation: `delete the qdisc ${handleText(parent)} of link ${linkIndex}`,
  };
}

/** The qdisc of a place; undefined where there is none, or only what the kernel put there itself. Errors: NETLINK_ARGUMENT_INVALID, those of NetlinkSocket. */
export function findQdisc(socket: NetlinkSocket, { linkIndex, parent }: QdiscPlace): Qdisc | undefined {
  requireIndex(linkIndex);
  try {
    const payload = socket.find({
      type: TrafficMessage.getQdisc,
      // without it the kernel tells only those who listen to changes
      flags: MessageFlag.echo,
      payload: trafficHeader({ linkIndex, handle: 0, parent }),
      operation: `look for the qdisc ${handleText(parent)} of link ${linkIndex}`,
    });
    const qdisc = payload && readQdisc(payload);
    return qdisc?.handle === 0 ? undefined : qdisc;
  } catch (error) {
    if (isRefusal(error, "ENOENT", "ENODEV")) return undefined;
    throw error;
  }
}

/** All qdiscs of a link, or of all links: the kernel goes through all of them in either case. Errors: those of NetlinkSocket. */
export function listQdiscs(socket: NetlinkSocket, { linkIndex }: { readonly linkIndex?: number } = {}): Qdisc[] {
  const payload = trafficHeader({ linkIndex: 0, handle: 0, parent: 0 });
  const qdiscs = socket
    .dump({ type: TrafficMessage.getQdisc, flags: 0, payload, operation: "list qdiscs" })
    .map(readQdisc);
  return linkIndex === undefined ? qdiscs : qdiscs.filter((qdisc) => qdisc.linkIndex === linkIndex);
}

/** Reads an RTM_NEWQDISC. Errors: NETLINK_ANSWER_INVALID. */
export function readQdisc(payload: Buffer): Qdisc {
  if (payload.length < TRAFFIC_HEADER_BYTES) {
    throw new NetlinkError("NETLINK_ANSWER_INVALID", "a qdisc without a header");
  }
  const attributes = readAttributes(payload.subarray(TRAFFIC_HEADER_BYTES));
  const kind = attributes.get(TrafficAttribute.kind);
  if (kind === undefined) throw new NetlinkError("NETLINK_ANSWER_INVALID", "a qdisc without a kind");
  const name = readText(kind);
  return {
    linkIndex: payload.readInt32LE(4),
    handle: payload.readUInt32LE(8),
    parent: payload.readUInt32LE(12),
    kind: name,
    options: readOptions(name, attributes.get(TrafficAttribute.options)),
  };
}

/** The options of some kinds, as pfifo's, are a bare structure. */
function readOptions(kind: string, bytes: Buffer | undefined): ReadonlyMap<number, Buffer> {
  return bytes !== undefined && NESTING_KINDS.has(kind) ? readAttributes(bytes) : new Map();
}

const NESTING_KINDS: ReadonlySet<string> = new Set(["tbf", "htb"]);
