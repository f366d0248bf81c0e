export const NEIGHBOUR_HEADER_BYTES = 12;

/** `NDA_…`. Source: `include/uapi/linux/neighbour.h`. */
export const NeighbourAttribute = { destination: 1, linkAddress: 2, port: 6, vni: 7, index: 8 } as const;

/** `NUD_…`. */
export const NeighbourState = { noArp: 0x40, permanent: 0x80 } as const;

/** `NTF_SELF`: the link itself rather than the bridge that it is a port of. */
export const SELF = 0x2;

/** `struct ndmsg`. */
export function neighbourHeader(header: {
  readonly family: number;
  readonly index?: number;
  readonly state?: number;
  readonly flags?: number;
}): Buffer {
  const { family, index = 0, state = 0, flags = 0 } = header;
  const bytes = Buffer.alloc(NEIGHBOUR_HEADER_BYTES);
  bytes.writeUInt8(family, 0);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt16LE(state, 8);
  bytes.writeUInt8(flags, 10);
  return bytes;
}
