import type { Cidr, IpAddress } from "@fairlead/cni";

/** The order of two addresses of one family. */
export function compareAddresses(a: IpAddress, b: IpAddress): number {
  return Buffer.compare(a.bytes, b.bytes);
}

/** The address that follows; after the last one of its family comes the first. */
export function nextAddress({ family, bytes }: IpAddress): IpAddress {
  const next = Uint8Array.from(bytes);
  for (let i = next.length - 1; i >= 0; i--) {
    const byte = ((next[i] ?? 0) + 1) & 0xff;
    next[i] = byte;
    if (byte !== 0) break;
  }
  return { family, bytes: next };
}

/** The first address of a network, and its last. */
export function networkBounds({ address: { family, bytes }, prefixLength }: Cidr): [IpAddress, IpAddress] {
  const hostMask = bytes.map((_, i) => 0xff >> Math.min(8, Math.max(0, prefixLength - 8 * i)));
  return [
    { family, bytes: bytes.map((byte, i) => byte & ~(hostMask[i] ?? 0)) },
    { family, bytes: bytes.map((byte, i) => byte | (hostMask[i] ?? 0)) },
  ];
}
