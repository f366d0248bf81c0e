import { NetlinkError } from "../errors.ts";
import { align } from "./attribute-writer.ts";

/** `NLM_F_…`. Source: `include/uapi/linux/netlink.h`. */
export const MessageFlag = {
  request: 0x1,
  multi: 0x2,
  ack: 0x4,
  echo: 0x8,
  dumpInterrupted: 0x10,
  /** In a GET: all objects. */
  dump: 0x300,
  /** In a NEW: what is there is replaced. */
  replace: 0x100,
  /** In a NEW: EEXIST where it is there. */
  exclusive: 0x200,
  /** In a NEW: made where it is missing. */
  create: 0x400,
  /** In a NEW: put at the end of the list. */
  append: 0x800,
  /** In a DEL: all that match. */
  nonRecursive: 0x100,
  /** In an answer: the request is not repeated whole. */
  capped: 0x100,
  /** In an answer: attributes follow. */
  attributes: 0x200,
} as const;

/** Types that every family has. */
export const ControlType = { noop: 1, error: 2, done: 3, overrun: 4 } as const;

export const HEADER_BYTES = 16;

/** A message to the kernel, without the fields that the socket fills in. */
export interface NetlinkRequest {
  readonly type: number;
  /** `MessageFlag.…` besides `request` and `ack`. */
  readonly flags: number;
  readonly payload: Uint8Array;
  /** For errors: "add address 10.0.0.2/24 to eth0". */
  readonly operation: string;
}

/** A message from the kernel. */
export interface NetlinkAnswer {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Buffer;
}

/** A whole message with its header; the port is 0, which the kernel replaces by that of the socket. */
export function encodeMessage({ type, flags, payload }: NetlinkRequest, extraFlags: number, sequence: number): Buffer {
  const length = HEADER_BYTES + payload.length;
  const message = Buffer.alloc(align(length));
  message.writeUInt32LE(length, 0);
  message.writeUInt16LE(type, 4);
  message.writeUInt16LE(flags | extraFlags, 6);
  message.writeUInt32LE(sequence, 8);
  message.set(payload, HEADER_BYTES);
  return message;
}

/** The messages of one datagram. Errors: NETLINK_ANSWER_INVALID for a length that leaves it. */
export function decodeMessages(datagram: Buffer): NetlinkAnswer[] {
  const messages: NetlinkAnswer[] = [];
  for (let start = 0; start + HEADER_BYTES <= datagram.length; ) {
    const length = datagram.readUInt32LE(start);
    if (length < HEADER_BYTES || start + length > datagram.length) {
      throw new NetlinkError(
        "NETLINK_ANSWER_INVALID",
        `a netlink message of ${length} bytes does not fit its datagram`,
      );
    }
    messages.push({
      type: datagram.readUInt16LE(start + 4),
      flags: datagram.readUInt16LE(start + 6),
      sequence: datagram.readUInt32LE(start + 8),
      payload: datagram.subarray(start + HEADER_BYTES, start + length),
    });
    start += align(length);
  }
  return messages;
}
