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
const CTA_TUPLE_REPLY = 2;
const CTA_ID = 12;
const CTA_ZONE = 18;
const CTA_FILTER = 25;
const CTA_FILTER_ORIG_FLAGS = 1;
const CTA_TUPLE_IP = 1;
const CTA_TUPLE_PROTO = 2;
/** CTA_IP_V4_SRC and CTA_IP_V4_DST, or those of IPv6. */
const ipAttributes = { 4: { source: 1, destination: 2 }, 6: { source: 3, destination: 4 } } as const;
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

/** A connection that the kernel tracks; what names it is as the kernel gave it. */
export interface Connection {
  readonly family: 4 | 6;
  /** Where its first packet was sent to. */
  readonly destination: Uint8Array;
  /** Who answers: another one than `destination` where that was translated. */
  readonly answeredBy: Uint8Array;
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
export function deleteConnection({
  family,
  originalTuple,
  zone,
  id,
}: Pick<Connection, "family" | "originalTuple" | "zone" | "id">): NetlinkRequest {
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

/**
 * Has the kernel forget the connections of a kind that are meant; those that end by themselves meanwhile are no error. Gives how many it forgot.
 *
 * The kernel looks through the table of all connections of the host, for milliseconds whatever is in it; a thread of libuv's pool waits for that. `socket` is one of
 * `NetlinkProtocol.netfilter`; nothing else may use it meanwhile.
 */
export async function forgetConnections(
  socket: NetlinkSocket,
  filter: ConnectionFilter,
  isMeant: (connection: Connection) => boolean = () => true,
): Promise<number> {
  let count = 0;
  for (const connection of toConnections(await socket.dumpOnPool(dumpConnections(filter)), filter)) {
    if (!isMeant(connection)) continue;
    try {
      socket.request(deleteConnection(connection));
      count++;
    } catch (error) {
      if (!isRefusal(error, "ENOENT")) throw error;
    }
  }
  return count;
}

/** The connections of a kind, by a socket of `NetlinkProtocol.netfilter`; takes milliseconds whatever comes out. */
export function listConnections(socket: NetlinkSocket, filter: ConnectionFilter): Connection[] {
  return toConnections(socket.dump(dumpConnections(filter)), filter);
}

function toConnections(payloads: readonly Buffer[], filter: ConnectionFilter): Connection[] {
  return payloads.flatMap((payload) => {
    const connection = readConnection(payload, filter.family);
    return connection !== undefined && matches(connection, filter) ? [connection] : [];
  });
}

function readConnection(payload: Buffer, family: 4 | 6): Connection | undefined {
  if (payload.readUInt8(0) !== familyNumbers[family]) return undefined;
  const attributes = readAttributes(payload.subarray(NF_HEADER_BYTES));
  const originalTuple = attributes.get(CTA_TUPLE_ORIG);
  const destination = originalTuple && readIp(originalTuple, ipAttributes[family].destination);
  const replyTuple = attributes.get(CTA_TUPLE_REPLY);
  const answeredBy = replyTuple && readIp(replyTuple, ipAttributes[family].source);
  if (originalTuple === undefined || destination === undefined || answeredBy === undefined) return undefined;
  const [zone, id] = [attributes.get(CTA_ZONE), attributes.get(CTA_ID)];
  return { family, destination, answeredBy, originalTuple, zone, id };
}

function readIp(tuple: Buffer, attribute: number): Buffer | undefined {
  const ip = readAttributes(tuple).get(CTA_TUPLE_IP);
  return ip && readAttributes(ip).get(attribute);
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
