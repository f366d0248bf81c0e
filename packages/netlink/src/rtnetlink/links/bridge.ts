import type { NetlinkRequest } from "../../message/message.ts";
import { type NewLink, newLink } from "./new-link.ts";

const IFLA_BR_VLAN_FILTERING = 7;

/** A bridge. Its MTU follows that of its ports until {@link changeLink} sets one: the kernel does not keep the one it was made with. */
export interface NewBridge extends NewLink {
  /** Refused with ENOTSUP by kernels without VLAN filtering. */
  readonly vlanFiltering?: boolean | undefined;
}

/** Makes a bridge. Errors: NETLINK_ARGUMENT_INVALID. */
export function createBridge(bridge: NewBridge): NetlinkRequest {
  // written only where it is wanted: a kernel without it refuses even a no
  if (bridge.vlanFiltering !== true) return newLink("bridge", bridge);
  return newLink("bridge", bridge, (data) => data.u8(IFLA_BR_VLAN_FILTERING, 1));
}
