import type { Cidr } from "@fairlead/cni";
import { be16, type NftSet, u8 } from "@fairlead/netlink/nftables";
import type { FirewallPart } from "../firewall-table/firewall-part.ts";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import { hostFamily } from "../firewall-table/host-table.ts";
import { anyAddressMap, type Lane, lanePart, oneAddressMap } from "./lane.ts";
import type { MappedAddresses } from "./mapped-addresses.ts";
import { type Masquerading, masqueradingElement, masqueradingParts } from "./masquerading.ts";
import { type PortMapping, type PortProtocol, PROTOCOL_NUMBERS } from "./port-mapping.ts";

/** One port of the host, at all addresses of a family or at one of them, and the address that it leads to. */
export interface PortClaim {
  readonly lane: Lane;
  readonly protocol: PortProtocol;
  readonly hostPort: number;
  readonly hostAddress: Uint8Array | undefined;
  readonly target: Uint8Array;
  readonly element: FirewallElement;
}

/** What an attachment's mapped ports are in our table. */
export interface PortPlan {
  readonly claims: readonly PortClaim[];
  readonly elements: readonly FirewallElement[];
  readonly parts: readonly FirewallPart[];
  /** The addresses to which packets from 127.0.0.1 have to get through. */
  readonly localTargets: readonly Cidr[];
}

export interface PortPlanInput {
  readonly mappings: readonly PortMapping[];
  readonly addresses: MappedAddresses;
  readonly masquerading: Masquerading;
  /** For addresses of a family that the container has. */
  readonly lane: (family: "ip" | "ip6") => Lane;
}

/**
 * Plans all mappings for each address of a container; those for an address of the host only where it is of the same family.
 *
 * Where a list has the same port twice, the first counts, as in the reference plugin.
 */
export function planPorts({ mappings, addresses, masquerading, lane }: PortPlanInput): PortPlan {
  const targets = [addresses.v4, addresses.v6].filter((cidr) => cidr !== undefined);
  const plans = targets.map((cidr) => {
    const ofFamily = lane(hostFamily(cidr.address));
    const fitting = mappings.filter(({ hostIp }) => hostIp === undefined || hostIp.family === cidr.address.family);
    const claims = firstOfEach(fitting.map((mapping) => toClaim(mapping, cidr, ofFamily)));
    return { cidr, claims, parts: claims.length === 0 ? [] : [lanePart(ofFamily)] };
  });
  const used = plans.filter(({ claims }) => claims.length > 0);
  const claims = used.flatMap((plan) => plan.claims);
  const parts = used.flatMap((plan) => plan.parts);
  const elements = claims.map(({ element }) => element);
  if (masquerading === "none") return { claims, elements, parts, localTargets: [] };
  return {
    claims,
    elements: [...elements, ...used.map(({ cidr }) => masqueradingElement(cidr, masquerading))],
    parts: [...parts, ...used.flatMap(({ cidr }) => masqueradingParts(cidr, masquerading))],
    localTargets: used.map(({ cidr }) => cidr).filter(({ address }) => address.family === 4),
  };
}

function toClaim(mapping: PortMapping, { address }: Cidr, lane: Lane): PortClaim {
  const { protocol, hostPort, containerPort, hostIp } = mapping;
  const hostAddress = hostIp?.bytes.some((byte) => byte !== 0) ? hostIp.bytes : undefined;
  const portKey = [u8(PROTOCOL_NUMBERS[protocol]), be16(hostPort)];
  const data = [address.bytes, be16(containerPort)];
  const element: FirewallElement =
    hostAddress === undefined
      ? { set: anyAddressMap(lane), key: portKey, data }
      : { set: oneAddressMap(lane), key: [hostAddress, ...portKey], data };
  return { lane, protocol, hostPort, hostAddress, target: address.bytes, element };
}

function firstOfEach(claims: readonly PortClaim[]): PortClaim[] {
  const byPlace = Map.groupBy(claims, ({ element: { set, key } }) => placeOf(set, key));
  return [...byPlace.values()].flatMap(([first]) => first ?? []);
}

function placeOf({ name }: NftSet, key: readonly Uint8Array[]): string {
  return `${name} ${Buffer.concat(key).toString("hex")}`;
}
