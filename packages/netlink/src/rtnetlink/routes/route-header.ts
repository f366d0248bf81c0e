export const ROUTE_HEADER_BYTES = 12;

/** `RT_TABLE_MAIN`: where routes are looked for unless a rule says otherwise. */
export const MAIN_TABLE = 254;

/** `RTA_…`. Source: `include/uapi/linux/rtnetlink.h`. */
export const RouteAttribute = {
  destination: 1,
  index: 4,
  gateway: 5,
  priority: 6,
  source: 7,
  metrics: 8,
  table: 15,
} as const;

/** `RTAX_…`, within `metrics`. */
export const RouteMetric = { mtu: 2, advmss: 8 } as const;

/** `RTNH_F_ONLINK`. */
export const ONLINK = 0x4;

/** `RTPROT_BOOT` and `RTN_UNICAST`: what `ip route` writes into a route that it makes. */
export const PROTOCOL_BOOT = 3;
export const TYPE_UNICAST = 1;

/** `struct rtmsg`. A table that has no place in its byte is written as 0: the attribute counts. */
export function routeHeader(header: {
  readonly family: number;
  readonly destinationLength?: number;
  readonly table?: number;
  readonly protocol?: number;
  readonly scope?: number;
  readonly type?: number;
  readonly flags?: number;
}): Buffer {
  const { family, destinationLength = 0, table = 0, protocol = 0, scope = 0, type = 0, flags = 0 } = header;
  const bytes = Buffer.alloc(ROUTE_HEADER_BYTES);
  bytes.writeUInt8(family, 0);
  bytes.writeUInt8(destinationLength, 1);
  bytes.writeUInt8(table < 256 ? table : 0, 4);
  bytes.writeUInt8(protocol, 5);
  bytes.writeUInt8(scope, 6);
  bytes.writeUInt8(type, 7);
  bytes.writeUInt32LE(flags, 8);
  return bytes;
}
