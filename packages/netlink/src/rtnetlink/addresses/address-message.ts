export const ADDRESS_HEADER_BYTES = 8;

/** `IFA_…`. Source: `include/uapi/linux/if_addr.h`. */
export const AddressAttribute = { address: 1, local: 2, label: 3, broadcast: 4, flags: 8 } as const;

/** `IFA_F_…`. */
export const AddressFlag = { noDad: 0x02, dadFailed: 0x08, tentative: 0x40, permanent: 0x80 } as const;

/** `struct ifaddrmsg`. */
export function addressHeader(header: {
  readonly family?: number;
  readonly prefixLength?: number;
  readonly flags?: number;
  readonly scope?: number;
  readonly index?: number;
}): Buffer {
  const { family = 0, prefixLength = 0, flags = 0, scope = 0, index = 0 } = header;
  const bytes = Buffer.alloc(ADDRESS_HEADER_BYTES);
  bytes.writeUInt8(family, 0);
  bytes.writeUInt8(prefixLength, 1);
  bytes.writeUInt8(flags, 2);
  bytes.writeUInt8(scope, 3);
  bytes.writeUInt32LE(index, 4);
  return bytes;
}
