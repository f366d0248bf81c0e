import { NetlinkError } from "../errors.ts";

/** NFTNL_UDATA_RULE_COMMENT, NFTNL_UDATA_SET_ELEM_COMMENT, NFTNL_UDATA_CHAIN_COMMENT, NFTNL_UDATA_TABLE_COMMENT: all the same. */
const COMMENT = 0;
/** NFTNL_UDATA_SET_COMMENT: what comes before tells nft about types. */
export const SET_COMMENT = 7;

/**
 * Rules could have two more; but the kernel counts the user data of an element, with its own byte, in one byte: of 255 it refuses all, of 256 it
 * loses them. Three are type, length and NUL. nft itself takes no more than 128 from its users.
 */
export const MAX_COMMENT_BYTES = 251;

/**
 * A comment as user data: type, length, text with its NUL.
 *
 * Errors: NETLINK_ARGUMENT_INVALID above {@link MAX_COMMENT_BYTES}. Source: `include/udata.h` of libnftnl.
 */
export function encodeComment(comment: string, type = COMMENT): Buffer {
  const length = Buffer.byteLength(comment) + 1;
  if (length > MAX_COMMENT_BYTES + 1 || comment.includes("\0")) {
    throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `a comment of ${length - 1} bytes cannot be kept by nftables`);
  }
  const bytes = Buffer.alloc(2 + length);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt8(length, 1);
  bytes.write(comment, 2);
  return bytes;
}

/** The comment within user data that anyone may have written; undefined where there is none. */
export function decodeComment(userData: Buffer, type = COMMENT): string | undefined {
  for (let start = 0; start + 2 <= userData.length; ) {
    const length = userData.readUInt8(start + 1);
    if (start + 2 + length > userData.length) return undefined;
    if (userData.readUInt8(start) === type && length > 0) {
      return userData.toString("utf8", start + 2, start + 2 + length - 1);
    }
    start += 2 + length;
  }
  return undefined;
}
