import { type CniResult, formatCidr, formatIp, parseIp, type ResultInterface, type ResultIp } from "@fairlead/cni";
import { findLink, type Link, listAddresses, listRoutes, type Route } from "@fairlead/netlink";
import type { Attachment } from "./attachment.ts";
import { type AssignedAddress, assignedAddresses, assignedRoutes, isSameIp, networkOf } from "./container-addresses.ts";
import type { ContainerNetwork } from "./kernel.ts";
import { failure } from "./plugin-error.ts";

/** The container's interface as the result tells of it. Errors: code 999 where the result is about another namespace. */
export function resultInterface({ interfaces }: CniResult, { ifName, netns }: Attachment): ResultInterface {
  const found = interfaces.findLast(({ name, sandbox }) => name === ifName && sandbox === netns);
  if (found === undefined) {
    throw failure(`Sandbox in prevResult  doesn't match configured netns: ${netns}`);
  }
  return found;
}

/** The container's interface itself. Errors: code 999 where it is missing, of another kind, or has another MAC address. */
export function checkInterface({ route }: ContainerNetwork, { name, mac }: ResultInterface, kind: string): Link {
  const link = findLink(route, name);
  if (link === undefined) throw failure(`Container Interface name in prevResult: ${name} not found`);
  if (link.kind !== kind) throw failure(`Error: Container interface ${name} not of type ${kind}`);
  if (mac !== undefined && mac !== link.mac) {
    throw failure(`Interface ${name} Mac ${mac} doesn't match container Mac: ${link.mac}`);
  }
  return link;
}

/**
 * Whether an interface has the addresses of a result, and the routing table its routes. A route without a gateway may lead anywhere, as the gateway
 * of an address stands for it. Errors: code 999, in the words of the reference.
 */
export function checkAddresses({ route }: ContainerNetwork, link: Link, result: CniResult): void {
  if (result.ips.length === 0 && result.routes.length === 0) return;
  const present = listAddresses(route, { index: link.index });
  const routes = listRoutes(route);
  for (const cidr of addressesOf(result.ips)) {
    const isThere = present.some(
      (own) => isSameIp(own.address, cidr.address) && own.prefixLength === cidr.prefixLength,
    );
    if (!isThere) throw failure(`Failed to match addr ${formatCidr(cidr)} on interface ${link.name}`);
    if (!routes.some((candidate) => leadsTo(candidate, networkOf(cidr)))) {
      const gateway = cidr.gateway === undefined ? "<nil>" : formatIp(cidr.gateway);
      throw failure(`Failed to find Gateway ${gateway} for interface ${link.name}`);
    }
  }
  for (const { dst, gw } of result.routes) {
    const [wanted] = assignedRoutes({ routes: [{ dst }] }, []);
    const gateway = gw === undefined ? undefined : parseIp(gw);
    const isThere = routes.some((candidate) => {
      if (wanted === undefined || !leadsTo(candidate, wanted.destination)) return false;
      return gateway === undefined || (candidate.gateway !== undefined && isSameIp(candidate.gateway, gateway));
    });
    if (!isThere) throw failure(`Expected Route ${dst} not found in routing table`);
  }
}

function addressesOf(ips: readonly ResultIp[]): AssignedAddress[] {
  return ips.length === 0 ? [] : assignedAddresses({ ips });
}

function leadsTo({ destination }: Route, wanted: Route["destination"]): boolean {
  return destination.prefixLength === wanted.prefixLength && isSameIp(destination.address, wanted.address);
}
