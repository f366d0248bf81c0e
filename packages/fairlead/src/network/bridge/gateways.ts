import { type Cidr, type CniResult, formatIp, type IpAddress, type ResultIp, type ResultRoute } from "@fairlead/cni";
import { assignedAddresses, networkOf } from "../plugin/container-addresses.ts";
import type { BridgeConfig } from "./config.ts";

/** What IPAM gave, completed by what the bridge is for the container. */
export interface BridgedAddresses {
  readonly ips: readonly ResultIp[];
  readonly routes: readonly ResultRoute[];
  /** Addresses that the bridge is to have, IPv4 first. */
  readonly gateways: readonly Cidr[];
}

const DEFAULT_ROUTES = { 4: "0.0.0.0/0", 6: "::/0" } as const;

/**
 * Where the bridge is the gateway, the first address of a network is its own unless IPAM says otherwise; a default route by it is added to the routes
 * where there is none that names a gateway.
 *
 * `interfaceIndex` is the place of the container's interface in the result. Errors: code 999 without any address.
 */
export function planGateways(
  result: Pick<CniResult, "ips" | "routes">,
  { isGateway, isDefaultGateway }: Pick<BridgeConfig, "isGateway" | "isDefaultGateway">,
  interfaceIndex: number,
): BridgedAddresses {
  const addresses = assignedAddresses(result).map((cidr) => {
    return { ...cidr, gateway: cidr.gateway ?? (isGateway ? firstHost(cidr) : undefined) };
  });
  const routes = [...result.routes];
  if (isDefaultGateway) {
    for (const { address, gateway } of addresses) {
      const dst = DEFAULT_ROUTES[address.family];
      if (routes.some((route) => route.dst === dst && route.gw !== undefined)) continue;
      routes.push(gateway === undefined ? { dst } : { dst, gw: formatIp(gateway) });
    }
  }
  return {
    ips: result.ips.map(({ address }, i) => {
      const gateway = addresses[i]?.gateway;
      const ip = { address, interface: interfaceIndex };
      return gateway === undefined ? ip : { ...ip, gateway: formatIp(gateway) };
    }),
    routes,
    gateways: isGateway
      ? byFamily(addresses.flatMap(({ gateway, prefixLength }) => toCidr(gateway, prefixLength)))
      : [],
  };
}

/** The first address behind that of the network itself. */
function firstHost(cidr: Cidr): IpAddress {
  const { family, bytes } = networkOf(cidr).address;
  const next = Uint8Array.from(bytes);
  for (let i = next.length - 1; i >= 0; i--) {
    next[i] = ((next[i] ?? 0) + 1) & 0xff;
    if (next[i] !== 0) break;
  }
  return { family, bytes: next };
}

function toCidr(address: IpAddress | undefined, prefixLength: number): Cidr[] {
  return address === undefined ? [] : [{ address, prefixLength }];
}

function byFamily(cidrs: readonly Cidr[]): Cidr[] {
  return cidrs.toSorted((a, b) => a.address.family - b.address.family);
}
