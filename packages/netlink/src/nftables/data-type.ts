/**
 * Types of keys and data: bytes that each has, and the number and order of bytes by which nft knows how to show it (the kernel makes nothing of them).
 *
 * Source: `enum datatypes` in `include/datatype.h` of nftables.
 */
export const dataTypes = {
  ipv4_addr: { id: 7, bytes: 4, order: "network" },
  ipv6_addr: { id: 8, bytes: 16, order: "network" },
  ether_addr: { id: 9, bytes: 6, order: "network" },
  inet_proto: { id: 12, bytes: 1, order: "network" },
  inet_service: { id: 13, bytes: 2, order: "network" },
  mark: { id: 19, bytes: 4, order: "host" },
  iface_index: { id: 20, bytes: 4, order: "host" },
  ifname: { id: 41, bytes: 16, order: "host" },
} as const;

export type NftDataType = keyof typeof dataTypes;

const TYPE_BITS = 6;

/** The number of one type, or of several in a row. */
export function typeId(types: readonly NftDataType[]): number {
  return types.reduce((id, type) => (id << TYPE_BITS) | dataTypes[type].id, 0);
}

/** Bytes of one type, or of several in a row, each padded to a register of four. */
export function typeBytes(types: readonly NftDataType[]): number {
  const [only] = types;
  if (types.length === 1 && only !== undefined) return dataTypes[only].bytes;
  return types.reduce((bytes, type) => bytes + padded(dataTypes[type].bytes), 0);
}

/** What nft wants to know about the order of bytes: of several types in a row it knows itself. Source: `enum byteorder` in `include/datatype.h`. */
export function typeOrder(types: readonly NftDataType[]): number {
  const [only] = types;
  if (types.length !== 1 || only === undefined) return 0;
  return dataTypes[only].order === "host" ? 1 : 2;
}

/** Bytes up to the next register of four. */
export function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}
