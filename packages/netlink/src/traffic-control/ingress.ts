import type { NetlinkRequest } from "../message/message.ts";
import { TrafficHandle } from "./handle.ts";
import { newQdisc } from "./qdisc.ts";

/** Makes the qdisc `ffff:` that sees what a link receives: filters upon it redirect and mirror. Errors: NETLINK_ARGUMENT_INVALID. */
export function addIngress({ linkIndex }: { readonly linkIndex: number }): NetlinkRequest {
  return newQdisc("ingress", { linkIndex, parent: TrafficHandle.ingress, handle: TrafficHandle.ingressQdisc });
}
