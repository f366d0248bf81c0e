import { NetlinkError } from "../../errors.ts";
import { MAX_INTERFACE_NAME_BYTES } from "../../limits.ts";

/**
 * Throws NETLINK_ARGUMENT_INVALID unless the kernel would take a name for a link.
 *
 * 1 to 15 bytes without white space, `/`, `:` and NUL, neither `.` nor `..`. `%` is refused, too: the kernel would put a number in its place.
 * Source: `dev_valid_name` in `net/core/dev.c`.
 */
export function requireInterfaceName(name: string): void {
  const bytes = Buffer.byteLength(name);
  const isValid =
    bytes >= 1 && bytes <= MAX_INTERFACE_NAME_BYTES && !/[\s/:%\0]/.test(name) && name !== "." && name !== "..";
  if (!isValid) throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `${JSON.stringify(name)} is no name for a link`);
}
