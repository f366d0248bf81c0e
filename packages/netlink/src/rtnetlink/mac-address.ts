import { NetlinkError } from "../errors.ts";

const MAC_PATTERN = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/** The six bytes of an Ethernet address, written as `02:00:00:00:00:01`. Errors: NETLINK_ARGUMENT_INVALID. */
export function macBytes(text: string): Buffer {
  if (!MAC_PATTERN.test(text)) {
    throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `"${text}" is no Ethernet address`);
  }
  return Buffer.from(text.replaceAll(":", ""), "hex");
}

/** Six bytes as text, in lower case. */
export function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
