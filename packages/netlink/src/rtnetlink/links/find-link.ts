import { isRefusal } from "../../errors.ts";
import { AttributeWriter } from "../../message/attribute-writer.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import type { NetlinkSocket } from "../../socket.ts";
import { requireIndex } from "../argument.ts";
import { RouteMessage } from "../route-message.ts";
import { requireInterfaceName } from "./interface-name.ts";
import { type Link, readLink } from "./link.ts";
import { LinkAttribute } from "./link-attribute.ts";
import { linkHeader } from "./link-header.ts";

/** The link of a name; undefined where there is none. Errors: NETLINK_ARGUMENT_INVALID, those of NetlinkSocket. */
export function findLink(socket: NetlinkSocket, name: string): Link | undefined {
  requireInterfaceName(name);
  const payload = new AttributeWriter(linkHeader({})).string(LinkAttribute.name, name).toBytes();
  return find(socket, { type: RouteMessage.getLink, flags: 0, payload, operation: `look for link ${name}` });
}

/** The link with an index; undefined where there is none. Errors: NETLINK_ARGUMENT_INVALID, those of NetlinkSocket. */
export function findLinkByIndex(socket: NetlinkSocket, index: number): Link | undefined {
  requireIndex(index);
  const payload = linkHeader({ index });
  return find(socket, { type: RouteMessage.getLink, flags: 0, payload, operation: `look for link ${index}` });
}

/** All links of the socket's namespace. Errors: those of NetlinkSocket. */
export function listLinks(socket: NetlinkSocket): Link[] {
  return socket
    .dump({ type: RouteMessage.getLink, flags: 0, payload: linkHeader({}), operation: "list links" })
    .map(readLink);
}

function find(socket: NetlinkSocket, request: NetlinkRequest): Link | undefined {
  try {
    return readLink(socket.get(request));
  } catch (error) {
    if (isRefusal(error, "ENODEV")) return undefined;
    throw error;
  }
}
