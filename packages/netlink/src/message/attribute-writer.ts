import { NetlinkError } from "../errors.ts";
import { MAX_ATTRIBUTE_BYTES } from "../limits.ts";

const ATTRIBUTE_HEADER_BYTES = 4;
const NESTED = 0x8000;
const FIRST_CAPACITY = 512;

/**
 * Writes a netlink payload: a fixed header, then attributes, each padded to four bytes.
 *
 * Numbers are in the machine's order, which is little endian wherever Node runs on Linux here; `be…` are in network order, as nftables wants them.
 * Errors: NETLINK_ARGUMENT_INVALID for an attribute that is too long.
 *
 * Source: `include/uapi/linux/netlink.h`.
 */
export class AttributeWriter {
  #buffer: Buffer;
  #length: number;

  constructor(header: Uint8Array = new Uint8Array()) {
    this.#buffer = Buffer.alloc(FIRST_CAPACITY);
    this.#length = 0;
    this.raw(header);
  }

  /** Bytes that are no attribute, padded: a header within a nest. */
  raw(bytes: Uint8Array): this {
    const start = this.#grow(align(bytes.length));
    this.#buffer.set(bytes, start);
    return this;
  }

  flag(type: number): this {
    this.#header(type, 0);
    return this;
  }

  u8(type: number, value: number): this {
    const start = this.#header(type, 1);
    this.#buffer.writeUInt8(value, start);
    return this;
  }

  u16(type: number, value: number): this {
    const start = this.#header(type, 2);
    this.#buffer.writeUInt16LE(value, start);
    return this;
  }

  u32(type: number, value: number): this {
    const start = this.#header(type, 4);
    this.#buffer.writeUInt32LE(value, start);
    return this;
  }

  s32(type: number, value: number): this {
    const start = this.#header(type, 4);
    this.#buffer.writeInt32LE(value, start);
    return this;
  }

  u64(type: number, value: bigint): this {
    const start = this.#header(type, 8);
    this.#buffer.writeBigUInt64LE(value, start);
    return this;
  }

  be16(type: number, value: number): this {
    const start = this.#header(type, 2);
    this.#buffer.writeUInt16BE(value, start);
    return this;
  }

  be32(type: number, value: number): this {
    const start = this.#header(type, 4);
    this.#buffer.writeUInt32BE(value, start);
    return this;
  }

  be64(type: number, value: bigint): this {
    const start = this.#header(type, 8);
    this.#buffer.writeBigUInt64BE(value, start);
    return this;
  }

  /** Text, with the NUL that ends it. */
  string(type: number, value: string): this {
    const bytes = Buffer.byteLength(value);
    const start = this.#header(type, bytes + 1);
    this.#buffer.write(value, start);
    return this;
  }

  bytes(type: number, value: Uint8Array): this {
    const start = this.#header(type, value.length);
    this.#buffer.set(value, start);
    return this;
  }

  /** An attribute that holds attributes. `flagged: false` for the old families (rtnetlink), which do not look for the nested bit. */
  nested(type: number, write: (writer: this) => void, { flagged = false } = {}): this {
    const start = this.#header(flagged ? type | NESTED : type, 0);
    write(this);
    const length = this.#length - start + ATTRIBUTE_HEADER_BYTES;
    if (length > MAX_ATTRIBUTE_BYTES) throw tooLong(type, length);
    this.#buffer.writeUInt16LE(length, start - ATTRIBUTE_HEADER_BYTES);
    return this;
  }

  /** Length so far, padding included. */
  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  toBytes(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  /** Writes the header of an attribute and gives the place of its value, in what is the buffer from then on. */
  #header(type: number, valueBytes: number): number {
    const length = ATTRIBUTE_HEADER_BYTES + valueBytes;
    if (length > MAX_ATTRIBUTE_BYTES) throw tooLong(type, length);
    const start = this.#grow(align(length));
    this.#buffer.writeUInt16LE(length, start);
    this.#buffer.writeUInt16LE(type, start + 2);
    return start + ATTRIBUTE_HEADER_BYTES;
  }

  #grow(bytes: number): number {
    const start = this.#length;
    this.#length += bytes;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, start);
      this.#buffer = larger;
    }
    return start;
  }
}

/** Netlink pads headers and attributes to four bytes. */
export function align(bytes: number): number {
  return (bytes + 3) & ~3;
}

function tooLong(type: number, length: number): NetlinkError {
  return new NetlinkError(
    "NETLINK_ARGUMENT_INVALID",
    `netlink attribute ${type & ~NESTED} would be ${length} bytes long; at most ${MAX_ATTRIBUTE_BYTES} are possible`,
  );
}
