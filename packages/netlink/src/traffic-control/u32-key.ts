import { requireInteger, requireUint32 } from "../rtnetlink/argument.ts";

const OFFSET_MAX = 0xffff;

/** Four bytes of a packet that must have a value: `(word at offset & mask) === value`, in network order. */
export interface U32Key {
  /** From the beginning of the network header; a multiple of 4. Negative reaches into the link header. */
  readonly offset: number;
  readonly value: number;
  readonly mask: number;
}

/**
 * A key for one or two bytes within a word, at any offset that does not leave it: `u32Key({ bits: 16, offset: 22, value: 80, mask: 0xffff })` is the
 * destination port of a packet with an IPv4 header of 20 bytes. Bits outside the mask do not count. Errors: NETLINK_ARGUMENT_INVALID.
 */
export function u32Key({ bits, offset, value, mask }: U32Key & { readonly bits: 8 | 16 | 32 }): U32Key {
  const bytes = bits / 8;
  requireInteger("the offset of a key", offset, -OFFSET_MAX, OFFSET_MAX);
  const within = ((offset % 4) + 4) % 4;
  requireInteger(`the place of ${bytes} bytes within a word`, within, 0, 4 - bytes);
  const max = 2 ** bits - 1;
  requireInteger("the value of a key", value, 0, max);
  requireInteger("the mask of a key", mask, 0, max);
  const factor = 2 ** (32 - bits - 8 * within);
  return { offset: offset - within, value: and(value, mask) * factor, mask: mask * factor };
}

/** `struct tc_u32_key`: mask, value, offset, mask of a variable offset. Source: `include/uapi/linux/pkt_cls.h`. */
export function keyBytes({ offset, value, mask }: U32Key): Buffer {
  requireUint32("the value of a key", value);
  requireUint32("the mask of a key", mask);
  requireInteger("the offset of a key divided by 4", offset / 4, -OFFSET_MAX, OFFSET_MAX);
  const bytes = Buffer.alloc(KEY_BYTES);
  bytes.writeUInt32BE(mask, 0);
  bytes.writeUInt32BE(and(value, mask), 4);
  bytes.writeInt32LE(offset, 8);
  return bytes;
}

export const KEY_BYTES = 16;

/** Reads a `struct tc_u32_key`. */
export function readKey(bytes: Buffer): U32Key {
  return { mask: bytes.readUInt32BE(0), value: bytes.readUInt32BE(4), offset: bytes.readInt32LE(8) };
}

/** The `&` of JavaScript with the sign taken off. */
function and(value: number, mask: number): number {
  return (value & mask) >>> 0;
}
