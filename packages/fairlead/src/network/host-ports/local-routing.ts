import { readFileSync, writeFileSync } from "node:fs";
import type { IpAddress } from "@fairlead/cni";
import { findLinkByIndex, findRoute, type NetlinkSocket } from "@fairlead/netlink";

/**
 * Lets packets with 127.0.0.1 as their source leave by the interface that leads to an address, and answers come back: the kernel takes both for
 * forged otherwise. Nothing where no route leads there.
 *
 * Errors: Node's own for files; NetlinkError.
 */
export function enableLocalRouting(socket: NetlinkSocket, to: IpAddress): void {
  const index = findRoute(socket, to)?.index;
  const link = index === undefined ? undefined : findLinkByIndex(socket, index);
  if (link === undefined) return;
  const setting = `/proc/sys/net/ipv4/conf/${link.name}/route_localnet`;
  if (readFileSync(setting, "latin1").trim() !== "1") writeFileSync(setting, "1");
}
