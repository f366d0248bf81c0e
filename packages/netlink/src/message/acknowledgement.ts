import { NetlinkError } from "../errors.ts";
import { readAttributes, readText } from "./attributes.ts";
import { HEADER_BYTES, MessageFlag, type NetlinkAnswer } from "./message.ts";

const EXTENDED_MESSAGE = 1; // NLMSGERR_ATTR_MSG

/** What an NLMSG_ERROR says: errno 0 is success. */
export interface Acknowledgement {
  readonly errno: number;
  readonly extended: string | undefined;
}

/** Reads an NLMSG_ERROR. Errors: NETLINK_ANSWER_INVALID. Source: `struct nlmsgerr` in `include/uapi/linux/netlink.h`. */
export function readAcknowledgement({ flags, payload }: NetlinkAnswer): Acknowledgement {
  if (payload.length < 4 + HEADER_BYTES) {
    throw new NetlinkError(
      "NETLINK_ANSWER_INVALID",
      `a netlink acknowledgement of ${payload.length} bytes is too short`,
    );
  }
  const errno = -payload.readInt32LE(0);
  if ((flags & MessageFlag.attributes) === 0) return { errno, extended: undefined };
  const echoedBytes = (flags & MessageFlag.capped) === 0 ? payload.readUInt32LE(4) : HEADER_BYTES;
  const message = readAttributes(payload.subarray(4 + echoedBytes)).get(EXTENDED_MESSAGE);
  return { errno, extended: message && readText(message) };
}
