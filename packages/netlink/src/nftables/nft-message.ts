import { AttributeWriter } from "../message/attribute-writer.ts";
import type { NetlinkRequest } from "../message/message.ts";
import { familyNumber, type NftFamily } from "./family.ts";

/** The number of nf_tables among the parts of netfilter. */
export const NFNL_SUBSYS_NFTABLES = 10;
const NFNETLINK_V0 = 0;
/** `struct nfgenmsg`, before the attributes of every message. */
export const NF_HEADER_BYTES = 4;

/** `NFT_MSG_…`. Source: `include/uapi/linux/netfilter/nf_tables.h`. */
export const NftMessage = {
  newTable: 0,
  getTable: 1,
  deleteTable: 2,
  newChain: 3,
  getChain: 4,
  deleteChain: 5,
  newRule: 6,
  getRule: 7,
  deleteRule: 8,
  newSet: 9,
  getSet: 10,
  deleteSet: 11,
  newElement: 12,
  getElement: 13,
  deleteElement: 14,
  getGeneration: 16,
} as const;

/** A message of nf_tables. */
export function nftMessage(
  message: number,
  flags: number,
  family: NftFamily | undefined,
  operation: string,
  write: (writer: AttributeWriter) => void,
): NetlinkRequest {
  const writer = new AttributeWriter(nfHeader(family === undefined ? 0 : familyNumber(family), 0));
  write(writer);
  return { type: (NFNL_SUBSYS_NFTABLES << 8) | message, flags, payload: writer.toBytes(), operation };
}

/** `struct nfgenmsg`: the resource is in network order. */
export function nfHeader(family: number, resource: number): Buffer {
  const header = Buffer.alloc(NF_HEADER_BYTES);
  header.writeUInt8(family, 0);
  header.writeUInt8(NFNETLINK_V0, 1);
  header.writeUInt16BE(resource, 2);
  return header;
}
