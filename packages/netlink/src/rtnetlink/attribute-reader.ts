import { NetlinkError } from "../errors.ts";
import { readAttributes, readText } from "../message/attributes.ts";
import { type IpAddress, readIp } from "./ip-address.ts";

/**
 * Reads an object of rtnetlink: a fixed header, then attributes, of which none need be there.
 *
 * Errors of all methods: NETLINK_ANSWER_INVALID for what is shorter than its kind.
 */
export class AttributeReader {
  readonly header: Buffer;
  readonly #attributes: ReadonlyMap<number, Buffer>;

  constructor(payload: Buffer, headerBytes: number) {
    if (payload.length < headerBytes) throw tooShort("an object", payload.length, headerBytes);
    this.header = payload.subarray(0, headerBytes);
    this.#attributes = readAttributes(payload.subarray(headerBytes));
  }

  u8(type: number): number | undefined {
    return this.#sized(type, 1)?.readUInt8(0);
  }

  u32(type: number): number | undefined {
    return this.#sized(type, 4)?.readUInt32LE(0);
  }

  s32(type: number): number | undefined {
    return this.#sized(type, 4)?.readInt32LE(0);
  }

  u64(type: number): bigint | undefined {
    return this.#sized(type, 8)?.readBigUInt64LE(0);
  }

  be16(type: number): number | undefined {
    return this.#sized(type, 2)?.readUInt16BE(0);
  }

  text(type: number): string | undefined {
    const value = this.bytes(type);
    return value && readText(value);
  }

  bytes(type: number): Buffer | undefined {
    return this.#attributes.get(type);
  }

  /** Undefined, too, where the bytes are none of an address of the family. */
  ip(type: number, familyNumber: number): IpAddress | undefined {
    const value = this.bytes(type);
    return value && readIp(familyNumber, value);
  }

  /** The attributes within one; none where it is not there. */
  nested(type: number): AttributeReader {
    return new AttributeReader(this.bytes(type) ?? Buffer.alloc(0), 0);
  }

  #sized(type: number, bytes: number): Buffer | undefined {
    const value = this.bytes(type);
    if (value !== undefined && value.length < bytes) throw tooShort(`attribute ${type}`, value.length, bytes);
    return value;
  }
}

function tooShort(what: string, length: number, expected: number): NetlinkError {
  return new NetlinkError("NETLINK_ANSWER_INVALID", `${what} has ${length} bytes instead of ${expected}`);
}
