import { AttributeWriter } from "../../message/attribute-writer.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import { requireIndex, requireInteger } from "../argument.ts";
import { RouteMessage } from "../route-message.ts";
import { LinkAttribute } from "./link-attribute.ts";
import { linkHeader } from "./link-header.ts";

/**
 * Deletes a link, and its peer with it. The kernel waits for all processors before it answers, some 20 ms: see `NetlinkSocket.requestOnPool`.
 *
 * Errors: NETLINK_ARGUMENT_INVALID.
 */
export function deleteLink(index: number): NetlinkRequest {
  requireIndex(index);
  const payload = linkHeader({ index });
  return { type: RouteMessage.deleteLink, flags: 0, payload, operation: `delete link ${index}` };
}

/**
 * Deletes all links of a group, in about the time that one takes. ENODEV when it has none.
 *
 * Errors: NETLINK_ARGUMENT_INVALID; also for group 0, which every link is in that was put into no other.
 */
export function deleteLinkGroup(group: number): NetlinkRequest {
  requireInteger("a group that is deleted", group, 1, 0xffffffff);
  const payload = new AttributeWriter(linkHeader({})).u32(LinkAttribute.group, group).toBytes();
  return { type: RouteMessage.deleteLink, flags: 0, payload, operation: `delete the links of group ${group}` };
}
