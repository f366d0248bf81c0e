import { type Cidr, type CniResult, type IpAddress, parseCidr, parseIp, type ResultRoute } from "@fairlead/cni";
import { failure } from "./plugin-error.ts";

/** An address from IPAM, in the form that the kernel wants. */
export interface AssignedAddress extends Cidr {
  readonly gateway: IpAddress | undefined;
}

/** A route from IPAM; one without a gateway of its own has that of the first address of its family. */
export interface AssignedRoute extends Pick<ResultRoute, "mtu" | "advmss" | "priority" | "table" | "scope"> {
  readonly destination: Cidr;
  readonly gateway: IpAddress | undefined;
}

/** The addresses of a result. Errors: code 999 when there are none: a plugin with IPAM cannot do without. */
export function assignedAddresses({ ips }: Pick<CniResult, "ips">): AssignedAddress[] {
  if (ips.length === 0) throw failure("IPAM plugin returned missing IP config");
  return ips.map(({ address, gateway }) => ({
    ...requireCidr(address),
    gateway: gateway === undefined ? undefined : parseIp(gateway),
  }));
}

export function assignedRoutes(
  { routes }: Pick<CniResult, "routes">,
  addresses: readonly AssignedAddress[],
): AssignedRoute[] {
  const gateways = addresses.map(({ gateway }) => gateway);
  return routes.map(({ dst, gw, ...metrics }) => {
    const destination = requireCidr(dst);
    const { family } = destination.address;
    const gateway =
      gw === undefined ? gateways.find((candidate) => candidate?.family === family) : (parseIp(gw) ?? undefined);
    return { ...metrics, destination, gateway };
  });
}

/** The network that an address is in: its host bits are zero. */
export function networkOf({ address, prefixLength }: Cidr): Cidr {
  const bytes = address.bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefixLength - 8 * i))));
  return { address: { family: address.family, bytes }, prefixLength };
}

/** An address as a network of its own. */
export function hostPrefix(address: IpAddress): Cidr {
  return { address, prefixLength: 8 * address.bytes.length };
}

/** Whether one of two networks of a family holds the other. */
export function overlap(a: Cidr, b: Cidr): boolean {
  const prefixLength = Math.min(a.prefixLength, b.prefixLength);
  return isSameIp(
    networkOf({ address: a.address, prefixLength }).address,
    networkOf({ address: b.address, prefixLength }).address,
  );
}

export function isSameIp(a: IpAddress, b: IpAddress): boolean {
  return a.family === b.family && Buffer.compare(a.bytes, b.bytes) === 0;
}

function requireCidr(text: string): Cidr {
  const cidr = parseCidr(text);
  // results are in canonical text when they come from `parseResult`
  if (cidr === undefined) throw failure(`invalid CIDR address: ${text}`);
  return cidr;
}
