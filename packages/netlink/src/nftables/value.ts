import { NetlinkError } from "../errors.ts";
import { MAX_INTERFACE_NAME_BYTES } from "../limits.ts";

/** A number of one byte: `inet_proto`. */
export function u8(value: number): Buffer {
  return Buffer.from([value]);
}

/** A number of two bytes, network order: `inet_service`. */
export function be16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** A number of four bytes in the machine's order: marks, interface indices, what `fib` and `ct` load. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** The name of an interface, filled up to 16 bytes. Errors: NETLINK_ARGUMENT_INVALID when it is too long. */
export function interfaceName(name: string): Buffer {
  if (Buffer.byteLength(name) > MAX_INTERFACE_NAME_BYTES) {
    throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `"${name}" is too long for the name of an interface`);
  }
  const bytes = Buffer.alloc(MAX_INTERFACE_NAME_BYTES + 1);
  bytes.write(name);
  return bytes;
}
