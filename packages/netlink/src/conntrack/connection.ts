import { isRefusal, NetlinkError } from "../errors.ts";
import { AttributeWriter } from "../message/attribute-writer.ts";
import { readAttributes } from "../message/attributes.ts";
import type { NetlinkRequest } from "../message/message.ts";
import type { NetlinkSocket } from "../socket.ts";

const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_GET = 1;
const IPCTNL_MSG_CT_DELETE = 2;
const NF_HEADER_BYTES = 4;
const familyNumbers = { 4: 2, 6: 10 } as const;

const CTA_TUPLE_ORIG = 1;
const CTA_ID = 12;
const CTA_ZONE = 18;
const CTA_FILTER = 25;
const CTA_FILTER_ORIG_FLAGS = 1;
const CTA_TUPLE_PROTO = 2;
const CTA_PROTO_NUM = 1;
const CTA_PROTO_DST_PORT = 3;
/** Which fields of the tuple the kernel is to compare: protocol and destination port. */
const FILTER_PROTOCOL_AND_PORT = (1 << 3) | (1 << 5);

/** Connections by where their first packet went to. */
export interface ConnectionFilter {
  readonly family: 4 | 6;
  /** IANA's number: 6, 17, 132. */
  readonly protocol: number;
  readonly destinationPort: number;
}

/** A connection that the kernel tracks; its parts are as the kernel gave them. */
export interface Connection {
  readonly family: 4 | 6;
  readonly originalTuple: Buffer;
  readonly zone: Buffer | undefined;
  readonly id: Buffer | undefined;
}

/** Asks for the connections of a kind. Kernels before 5.8 give all of the family: see `listConnections`. */
export function dumpConnections({ family, protocol, destinationPort }: ConnectionFilter): NetlinkRequest {
  const writer = new AttributeWriter(header(family));
  writer.nested(
    CTA_TUPLE_ORIG,
    (tuple) => {
      tuple.nested(
        CTA_TUPLE_PROTO,
        (proto) => proto.u8(CTA_PROTO_NUM, protocol).be16(CTA_PROTO_DST_PORT, destinationPort),
        { flagged: true },
      );
    },
    { flagged: true },
  );
  writer.nested(CTA_FILTER, (filter) => filter.u32(CTA_FILTER_ORIG_FLAGS, FILTER_PROTOCOL_AND_PORT), { flagged: true });
  return {
    type: (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET,
    flags: 0,
    payload: writer.toBytes(),
    operation: `list connections to port ${destinationPort}`,
  };
}

/** Has the kernel forget a connection: its next packet is looked at by the NAT rules again. ENOENT when it is forgotten already. */
export function deleteConnection({ family, originalTuple, zone, id }: Connection): NetlinkRequest {
  // without a tuple the kernel would forget all connections
  if (originalTuple.length === 0) throw new NetlinkError("NETLINK_ARGUMENT_INVALID", "a connection without a tuple");
  const writer = new AttributeWriter(header(family));
  writer.bytes(CTA_TUPLE_ORIG | NESTED, originalTuple);
  if (zone !== undefined) writer.bytes(CTA_ZONE, zone);
  if (id !== undefined) writer.bytes(CTA_ID, id);
  return {
    type: (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE,
    flags: 0,
    payload: writer.toBytes(),
    operation: "forget a connection",
  };
}

const NESTED = 0x8000;

/** The connections of a kind, by a socket of `NetlinkProtocol.netfilter`. */
export function listConnections(socket: NetlinkSocket, filter: ConnectionFilter): Connection[] {
  return socket.dump(dumpConnections(filter)).flatMap((payload) => {
    const connection = readConnection(payload, filter.family);
    return connection !== undefined && matches(connection, filter) ? [connection] : [];
  });
}

/** Has the kernel forget all connections of a kind; those that end by themselves meanwhile are no error. Gives how many it forgot. */
export function forgetConnections(socket: NetlinkSocket, filter: ConnectionFilter): number {
  let count = 0;
  for (const connection of listConnections(socket, filter)) {
    try {
      socket.request(deleteConnection(connection));
      count++;
    } catch (error) {
      if (!isRefusal(error, "ENOENT")) throw error;
    }
  }
  return count;
}

function readConnection(payload: Buffer, family: 4 | 6): Connection | undefined {
  if (payload.readUInt8(0) !== familyNumbers[family]) return undefined;
  const attributes = readAttributes(payload.subarray(NF_HEADER_BYTES));
  const originalTuple = attributes.get(CTA_TUPLE_ORIG);
  if (originalTuple === undefined) return undefined;
  return { family, originalTuple, zone: attributes.get(CTA_ZONE), id: attributes.get(CTA_ID) };
}

function matches({ originalTuple }: Connection, { protocol, destinationPort }: ConnectionFilter): boolean {
  const proto = readAttributes(originalTuple).get(CTA_TUPLE_PROTO);
  if (proto === undefined) return false;
  const fields = readAttributes(proto);
  return (
    fields.get(CTA_PROTO_NUM)?.readUInt8() === protocol &&
    fields.get(CTA_PROTO_DST_PORT)?.readUInt16BE() === destinationPort
  );
}

function header(family: 4 | 6): Buffer {
  // struct nfgenmsg: family, version 0, resource 0
  return Buffer.from([familyNumbers[family], 0, 0, 0]);
}
