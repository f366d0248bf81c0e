import { NetlinkError } from "@fairlead/netlink";

/** Whether the thread is in a network namespace that it does not belong to: it must change nothing any more, not even back, and end. */
export function isNamespaceLost(error: unknown): boolean {
  return error instanceof NetlinkError && error.code === "NETLINK_NAMESPACE_LOST";
}
