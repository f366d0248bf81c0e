import { findLink } from "@fairlead/netlink";
import type { AddContext } from "./add-context.ts";
import type { AssignedAddress, AssignedRoute } from "./container-addresses.ts";
import { addRoutes, type ContainerInterface, upWithAddresses } from "./container-interface.ts";
import { enableIpv6 } from "./interface-settings.ts";
import { type NamedRequest, requestNamed } from "./named-requests.ts";

export interface InterfaceAddresses {
  readonly addresses: readonly AssignedAddress[];
  readonly routes: readonly AssignedRoute[];
}

export interface InterfaceOptions {
  /** Whether the kernel gives the link IPv6. */
  readonly canHaveIpv6: boolean;
  /** Whether others are asked first if they have an address. Nobody waits for the answer: until then an address is not used. */
  readonly detectsDuplicates?: boolean;
  /** Whether it tells others of its IPv4 addresses: where it shares its link with more than the host. */
  readonly announces: boolean;
  /** What has to be done first. */
  readonly before?: readonly NamedRequest[];
  /** What has to be done last. */
  readonly after?: readonly NamedRequest[];
}

/**
 * Gives a container's interface its addresses and routes, and takes it up: one system call without IPv6. Without IPv6 addresses it has none of its
 * own making either.
 *
 * Errors: code 999, in the words of the reference.
 */
export function configureInterface(
  { kernel, container, attachment: { ifName } }: AddContext,
  index: number,
  { addresses, routes }: InterfaceAddresses,
  { canHaveIpv6, detectsDuplicates = false, announces, before = [], after = [] }: InterfaceOptions,
): void {
  const link: ContainerInterface = { index, name: ifName };
  const hasIpv6 = addresses.some(({ address }) => address.family === 6);
  const requests = [
    ...upWithAddresses(link, addresses, { linkLocal: hasIpv6 || !canHaveIpv6, detectsDuplicates, announces }),
    ...addRoutes(link, routes),
    ...after,
  ];
  if (hasIpv6) {
    // settings are found by the interface's name
    if (before.length > 0) requestNamed(container.route, before);
    container.namespace.enter(() => enableIpv6(ifName, { detectsDuplicates }), kernel.home);
    requestNamed(container.route, requests);
  } else {
    requestNamed(container.route, [...before, ...requests]);
  }
  // the kernel takes notice of the other end when somebody looks; until then the container would see a link without a carrier
  findLink(container.route, ifName);
}
