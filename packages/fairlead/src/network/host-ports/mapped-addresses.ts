import { type Cidr, type CniResult, parseCidr } from "@fairlead/cni";

/** Where ports lead to: at most one address of a family, with the length of its subnet's prefix. */
export interface MappedAddresses {
  readonly v4?: Cidr;
  readonly v6?: Cidr;
}

/**
 * The first address of each family that a result has for the container's interface of this name.
 *
 * An address without interface counts, too: old results name none.
 */
export function mappedAddresses(result: CniResult, ifName: string): MappedAddresses {
  const cidrs = result.ips
    .filter((ip) => {
      const owner = ip.interface === undefined ? undefined : result.interfaces[ip.interface];
      return owner === undefined || (owner.name === ifName && owner.sandbox !== undefined && owner.sandbox !== "");
    })
    .map((ip) => parseCidr(ip.address))
    .filter((cidr) => cidr !== undefined);
  const v4 = cidrs.find(({ address }) => address.family === 4);
  const v6 = cidrs.find(({ address }) => address.family === 6);
  return { ...(v4 && { v4 }), ...(v6 && { v6 }) };
}
