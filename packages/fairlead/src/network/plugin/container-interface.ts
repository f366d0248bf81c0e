import { formatCidr, formatIp } from "@fairlead/cni";
import { addAddress, addRouteBeside, broadcastAddress, changeLink } from "@fairlead/netlink";
import type { AssignedAddress, AssignedRoute } from "./container-addresses.ts";
import type { NamedRequest } from "./named-requests.ts";

/** An interface in a container, as a plugin has made it: down, without addresses. */
export interface ContainerInterface {
  readonly index: number;
  readonly name: string;
}

/** How an interface gets its addresses. */
export interface AddressSettings {
  /** false: it gives itself no IPv6 address; only for one that could. */
  readonly linkLocal: boolean;
  /** Whether others are asked first if they have an address. */
  readonly detectsDuplicates: boolean;
  /** Whether it tells others of its IPv4 addresses when it comes up. */
  readonly announces: boolean;
}

/** What gives an interface its addresses and takes it up, in this order: what it has when it comes up, it announces. */
export function upWithAddresses(
  { index, name }: ContainerInterface,
  addresses: readonly AssignedAddress[],
  { linkLocal, detectsDuplicates, announces }: AddressSettings,
): NamedRequest[] {
  return [
    ...addresses.map((cidr) => ({
      request: addAddress(index, {
        address: cidr.address,
        prefixLength: cidr.prefixLength,
        broadcast: broadcastAddress(cidr),
        noDad: !detectsDuplicates,
      }),
      refused: (words: string) => `failed to add IP addr ${formatCidr(cidr)} to "${name}": ${words}`,
    })),
    ...(announces || !linkLocal
      ? [
          {
            request: changeLink(index, { arpNotify: announces, ...(linkLocal ? {} : { linkLocal }) }),
            refused: (words: string) => `failed to configure "${name}": ${words}`,
          },
        ]
      : []),
    up({ index, name }),
  ];
}

/** What takes an interface up. */
export function up({ index, name }: ContainerInterface): NamedRequest {
  return {
    request: changeLink(index, { up: true }),
    refused: (words) => `failed to set "${name}" up: ${words}`,
  };
}

/** The routes of an interface that is up. Those to one destination stand beside each other, but none is there twice. */
export function addRoutes({ index, name }: ContainerInterface, routes: readonly AssignedRoute[]): NamedRequest[] {
  return routes.map(({ destination, gateway, scope = 0, ...metrics }) => ({
    request: addRouteBeside({ ...metrics, scope, destination, gateway, index }),
    refused: (words) => {
      const by = gateway === undefined ? "<nil>" : formatIp(gateway);
      return `failed to add route '${formatCidr(destination)} via ${by} dev ${name}': ${words}`;
    },
  }));
}
