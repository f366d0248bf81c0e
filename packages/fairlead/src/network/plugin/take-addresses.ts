import type { CniResult } from "@fairlead/cni";
import { findLink } from "@fairlead/netlink";
import type { AddContext } from "./add-context.ts";
import type { Ipam } from "./ipam.ts";
import { failure } from "./plugin-error.ts";

/**
 * Takes addresses from IPAM, which get back there when the ADD fails.
 *
 * IPAM refuses a container that has an address already; the reference plugins, which make the interface first, say that its name is taken then.
 */
export function takeAddresses({ container, attachment: { ifName }, undo }: AddContext, ipam: Ipam): CniResult {
  try {
    const result = ipam.add();
    undo.push(() => ipam.del());
    return result;
  } catch (error) {
    if (findLink(container.route, ifName) !== undefined) throw failure(nameTaken(ifName), error);
    throw error;
  }
}

export function nameTaken(ifName: string): string {
  return `container veth name provided (${ifName}) already exists`;
}
