import { readAttributes } from "../../message/attributes.ts";
import { MessageFlag, type NetlinkRequest } from "../../message/message.ts";
import type { NetlinkSocket } from "../../socket.ts";
import { Family, RouteMessage } from "../route-message.ts";

const HEADER_BYTES = 12;
const MAIN_TABLE = 254;
const UNICAST = 1;
const RTA_TABLE = 15;
/** `RTM_F_CLONED`: a cached copy of another route. */
const CLONED = 0x200;
/** `RTNH_F_DEAD`, `RTNH_F_LINKDOWN` and the like tell of a state, and are refused in a request. */
const STATE_FLAGS = 0xff;
/** The one of them that is part of the route. */
const ONLINK = 0x4;
const FLAGS_OFFSET = 8;

/** A route as the kernel told it, to be put back as it was: whatever it has, next hops, metrics and all. */
export type SavedRoute = Uint8Array;

/** The default routes of the main table, IPv4 before IPv6. */
export function saveDefaultRoutes(socket: NetlinkSocket): SavedRoute[] {
  return [Family.inet, Family.inet6].flatMap((family) => {
    const payload = Buffer.alloc(HEADER_BYTES);
    payload.writeUInt8(family, 0);
    // of all tables: to ask for the main one alone is an error as long as it is empty
    const request = { type: RouteMessage.getRoute, flags: 0, payload, operation: "list routes" };
    return socket.dump(request).filter(isDefault);
  });
}

/** The family of a saved route. */
export function savedRouteFamily(route: SavedRoute): 4 | 6 {
  return route[0] === Family.inet ? 4 : 6;
}

/** Takes a route away that was saved. */
export function removeSavedRoute(route: SavedRoute): NetlinkRequest {
  return { type: RouteMessage.deleteRoute, flags: 0, payload: route, operation: "take a default route away" };
}

/** Puts a route back that was saved. */
export function restoreSavedRoute(route: SavedRoute): NetlinkRequest {
  const payload = Buffer.from(route);
  payload.writeUInt32LE(payload.readUInt32LE(FLAGS_OFFSET) & (~STATE_FLAGS | ONLINK), FLAGS_OFFSET);
  return {
    type: RouteMessage.newRoute,
    flags: MessageFlag.create | MessageFlag.append,
    payload,
    operation: "put a default route back",
  };
}

/** Source: `struct rtmsg` in `include/uapi/linux/rtnetlink.h`. */
function isDefault(route: Buffer): boolean {
  if (route.readUInt8(1) !== 0 || route.readUInt8(7) !== UNICAST) return false;
  if ((route.readUInt32LE(FLAGS_OFFSET) & CLONED) !== 0) return false;
  const table = readAttributes(route.subarray(HEADER_BYTES)).get(RTA_TABLE)?.readUInt32LE(0) ?? route.readUInt8(4);
  return table === MAIN_TABLE;
}
