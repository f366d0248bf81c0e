import { NetlinkError } from "../errors.ts";
import { align } from "./attribute-writer.ts";

const ATTRIBUTE_HEADER_BYTES = 4;
const TYPE_MASK = 0x3fff;

/**
 * The attributes of a payload by type, nested and byte order bits taken off; the last of a type counts.
 *
 * Errors: NETLINK_ANSWER_INVALID for a length that leaves the payload.
 */
export function readAttributes(payload: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  forEachAttribute(payload, (type, value) => attributes.set(type, value));
  return attributes;
}

/** The attributes in their order, for lists whose elements have the same type. */
export function listAttributes(payload: Buffer): [type: number, value: Buffer][] {
  const attributes: [number, Buffer][] = [];
  forEachAttribute(payload, (type, value) => attributes.push([type, value]));
  return attributes;
}

function forEachAttribute(payload: Buffer, visit: (type: number, value: Buffer) => void): void {
  for (let start = 0; start + ATTRIBUTE_HEADER_BYTES <= payload.length; ) {
    const length = payload.readUInt16LE(start);
    if (length < ATTRIBUTE_HEADER_BYTES || start + length > payload.length) {
      throw new NetlinkError(
        "NETLINK_ANSWER_INVALID",
        `a netlink attribute of ${length} bytes does not fit its message`,
      );
    }
    visit(
      payload.readUInt16LE(start + 2) & TYPE_MASK,
      payload.subarray(start + ATTRIBUTE_HEADER_BYTES, start + length),
    );
    start += align(length);
  }
}

/** Text up to its NUL. */
export function readText(value: Buffer): string {
  const end = value.indexOf(0);
  return value.toString("utf8", 0, end < 0 ? value.length : end);
}
