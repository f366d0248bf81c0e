import { ifNameProblem } from "@fairlead/cni";
import { findLink, findLinkByIndex, type Link, listRoutes, type NetlinkSocket } from "@fairlead/netlink";
import { failure } from "../plugin/plugin-error.ts";
import type { MacvlanConfig } from "./config.ts";

/** The link upon which macvlans are made, in the socket's namespace. Errors: code 999 where it is missing. */
export function findMaster(socket: NetlinkSocket, { master }: Pick<MacvlanConfig, "master">): Link {
  if (master === undefined) return defaultRouteLink(socket);
  const link = ifNameProblem(master) === undefined ? findLink(socket, master) : undefined;
  if (link === undefined) throw failure("Link not found");
  return link;
}

/** Errors: code 999 unless the MTU is one that the master can carry. */
export function requireMtu({ mtu: masterMtu }: Link, mtu: number): void {
  if (mtu >= 0 && mtu <= masterMtu) return;
  throw failure(`invalid MTU ${mtu}, must be [0, master MTU(${masterMtu})]`);
}

function defaultRouteLink(socket: NetlinkSocket): Link {
  const route = listRoutes(socket).find(({ destination, index }) => {
    return destination.prefixLength === 0 && index !== undefined;
  });
  const link = route?.index === undefined ? undefined : findLinkByIndex(socket, route.index);
  if (link === undefined) throw failure("no default route interface found");
  return link;
}
