import { formatCidr, type IpAddress } from "@fairlead/cni";
import { addAddress, addRoute, deleteRoute, Scope } from "@fairlead/netlink";
import { type AssignedAddress, hostPrefix, networkOf } from "../plugin/container-addresses.ts";
import type { NamedRequest } from "../plugin/named-requests.ts";
import { failure } from "../plugin/plugin-error.ts";

/** An address whose traffic all goes by its gateway. */
export interface RoutedAddress extends AssignedAddress {
  readonly gateway: IpAddress;
}

/** Errors: code 999 for an address without a gateway. */
export function requireGateways(addresses: readonly AssignedAddress[]): RoutedAddress[] {
  return addresses.map(({ gateway, ...cidr }) => {
    if (gateway === undefined)
      throw failure(`failed to add IP addr (<nil>) to veth: ${formatCidr(cidr)} has no gateway`);
    return { ...cidr, gateway };
  });
}

/**
 * What makes the link of a container one between two points: its network is behind the gateway like any other, and only the gateway is at the other
 * end. A mask of all bits would do the same, but containers want to see the one that IPAM gave.
 */
export function containerRoutes(index: number, addresses: readonly RoutedAddress[]): NamedRequest[] {
  return addresses.flatMap((cidr) => {
    const { address: source, gateway } = cidr;
    const network = networkOf(cidr);
    const text = formatCidr(network);
    return [
      {
        request: deleteRoute({ destination: network, index }),
        refused: (words: string) => `failed to delete route ${text}: ${words}`,
      },
      {
        request: addRoute({ destination: hostPrefix(gateway), index, source, scope: Scope.link }),
        refused: (words: string) => `failed to add route ${formatCidr(hostPrefix(gateway))}: ${words}`,
      },
      {
        request: addRoute({ destination: network, gateway, index, source }),
        refused: (words: string) => `failed to add route ${text}: ${words}`,
      },
    ];
  });
}

/** The gateways' addresses, for the host's end. */
export function hostAddresses(index: number, addresses: readonly RoutedAddress[]): NamedRequest[] {
  return addresses.map(({ gateway }) => ({
    request: addAddress(index, { ...hostPrefix(gateway), noDad: true }),
    refused: (words) => `failed to add IP addr (${formatCidr(hostPrefix(gateway))}) to veth: ${words}`,
  }));
}

/** Where the host finds the container's addresses. */
export function hostRoutes(index: number, addresses: readonly RoutedAddress[]): NamedRequest[] {
  return addresses.map(({ address }) => ({
    request: addRoute({ destination: hostPrefix(address), index, scope: Scope.host }),
    refused: (words) => `failed to add route on host: ${words}`,
  }));
}
