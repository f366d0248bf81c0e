import type { Cidr, IpAddress } from "@fairlead/cni";

/** Whether an address is in a network; what else a network's address says besides its prefix does not matter. */
export function networkContains({ address: network, prefixLength }: Cidr, { family, bytes }: IpAddress): boolean {
  if (network.family !== family) return false;
  return bytes.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefixLength - 8 * i));
    const mask = 0xff & (0xff << (8 - bits));
    return (byte & mask) === ((network.bytes[i] ?? 0) & mask);
  });
}
