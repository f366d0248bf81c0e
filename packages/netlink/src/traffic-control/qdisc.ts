import { isRefusal, NetlinkError } from "../errors.ts";
import type { AttributeWriter } from "../message/attribute-writer.ts";
import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import { requireIndex } from "../rtnetlink/argument.ts";
import { AttributeReader } from "../rtnetlink/attribute-reader.ts";
import type { NetlinkSocket } from "../socket.ts";
import { handleText } from "./handle.ts";
import {
  readTrafficHeader,
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
  readonly options: Buffer;
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
  const reader = new AttributeReader(payload, TRAFFIC_HEADER_BYTES);
  const kind = reader.text(TrafficAttribute.kind);
  if (kind === undefined) throw new NetlinkError("NETLINK_ANSWER_INVALID", "a qdisc without a kind");
  const options = reader.bytes(TrafficAttribute.options) ?? Buffer.alloc(0);
  return { ...readTrafficHeader(reader.header), kind, options };
}
