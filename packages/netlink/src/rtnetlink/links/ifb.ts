import type { NetlinkRequest } from "../../message/message.ts";
import { type NewLink, newLink } from "./new-link.ts";

/** A link that only passes packets through a queue: where what a link receives is shaped. */
export interface NewIfb extends NewLink {
  readonly txQueueLength?: number | undefined;
}

/** Makes an ifb. Errors: NETLINK_ARGUMENT_INVALID. */
export function createIfb(ifb: NewIfb): NetlinkRequest {
  return newLink("ifb", ifb);
}
