export const LINK_HEADER_BYTES = 16;

/** `IFF_…`. Source: `include/uapi/linux/if.h`. */
export const LinkFlag = {
  up: 0x1,
  broadcast: 0x2,
  loopback: 0x8,
  running: 0x40,
  promiscuous: 0x100,
  allMulticast: 0x200,
  multicast: 0x1000,
  lowerUp: 0x10000,
} as const;

/** What stands before the attributes of a link. */
export interface LinkHeader {
  readonly family?: number;
  readonly index?: number;
  readonly flags?: number;
  /** Which of the flags count. */
  readonly change?: number;
}

/** `struct ifinfomsg`. Source: `include/uapi/linux/rtnetlink.h`. */
export function linkHeader({ family = 0, index = 0, flags = 0, change = 0 }: LinkHeader): Buffer {
  const header = Buffer.alloc(LINK_HEADER_BYTES);
  header.writeUInt8(family, 0);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(flags, 8);
  header.writeUInt32LE(change, 12);
  return header;
}
