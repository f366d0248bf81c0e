import { isRefusal } from "../../errors.ts";
import { AttributeWriter } from "../../message/attribute-writer.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import type { NetlinkSocket } from "../../socket.ts";
import { requireIndex, requireUint32 } from "../argument.ts";
import { familyNumber, type IpAddress, ipBytes, ipLength, ipText } from "../ip-address.ts";
import { RouteMessage } from "../route-message.ts";
import { type Route, readRoute } from "./route.ts";
import { MAIN_TABLE, RouteAttribute, routeHeader } from "./route-header.ts";

/** Which routes are wanted. */
export interface RouteSelection {
  /** Both without, IPv4 first. */
  readonly family?: 4 | 6 | undefined;
  /** The main one without. */
  readonly table?: number | "all" | undefined;
  /** Index of the link that they lead to; ENODEV where there is none. */
  readonly index?: number | undefined;
}

/** Lists routes, the kernel's own included. Errors: NETLINK_ARGUMENT_INVALID, those of NetlinkSocket. */
export function listRoutes(socket: NetlinkSocket, { family, table = MAIN_TABLE, index }: RouteSelection = {}): Route[] {
  const families = family === undefined ? ([4, 6] as const) : [family];
  return families.flatMap((one) => listFamily(socket, selection(one, table, index)));
}

/** The route by which a packet to an address would leave; undefined where there is none. Errors: those of NetlinkSocket. */
export function findRoute(socket: NetlinkSocket, to: IpAddress): Route | undefined {
  const destinationLength = 8 * ipLength(to.family);
  const payload = new AttributeWriter(routeHeader({ family: familyNumber(to.family), destinationLength }))
    .bytes(RouteAttribute.destination, ipBytes(to))
    .toBytes();
  const operation = `look for the route to ${ipText(to)}`;
  try {
    return readRoute(socket.get({ type: RouteMessage.getRoute, flags: 0, payload, operation }))[0];
  } catch (error) {
    if (isRefusal(error, "ENETUNREACH", "EHOSTUNREACH")) return undefined;
    throw error;
  }
}

function selection(family: 4 | 6, table: number | "all", index: number | undefined): NetlinkRequest {
  const writer = new AttributeWriter(routeHeader({ family: familyNumber(family) }));
  if (table !== "all") {
    requireUint32("the table of a route", table);
    writer.u32(RouteAttribute.table, table);
  }
  if (index !== undefined) {
    requireIndex(index);
    writer.u32(RouteAttribute.index, index);
  }
  return { type: RouteMessage.getRoute, flags: 0, payload: writer.toBytes(), operation: `list routes of IPv${family}` };
}

function listFamily(socket: NetlinkSocket, request: NetlinkRequest): Route[] {
  try {
    return socket.dump(request).flatMap(readRoute);
  } catch (error) {
    // a table is made with its first route
    if (isRefusal(error, "ENOENT")) return [];
    throw error;
  }
}
