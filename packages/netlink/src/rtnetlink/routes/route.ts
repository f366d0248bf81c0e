import { AttributeReader } from "../attribute-reader.ts";
import { type IpAddress, type IpPrefix, ipLength } from "../ip-address.ts";
import { Family } from "../route-message.ts";
import { ONLINK, ROUTE_HEADER_BYTES, RouteAttribute, RouteMetric } from "./route-header.ts";

/** A route as the kernel tells of it. */
export interface Route {
  /** A default route goes to the prefix of length 0. */
  readonly destination: IpPrefix;
  /** Undefined where the destination is on the link, where the gateway is of the other family, and where there are several. */
  readonly gateway: IpAddress | undefined;
  /** Index of the link; undefined where there are several or none. */
  readonly index: number | undefined;
  readonly source: IpAddress | undefined;
  /** `Scope.…` */
  readonly scope: number;
  readonly table: number;
  /** 0 where it has none. */
  readonly priority: number;
  readonly mtu: number | undefined;
  readonly advmss: number | undefined;
  readonly onlink: boolean;
  /** `RTPROT_…`: who made it; 2 is the kernel. */
  readonly protocol: number;
  /** `RTN_…`: 1 is unicast, 6 a black hole, 7 unreachable. */
  readonly type: number;
}

/** Reads an RTM_NEWROUTE; nothing for one of another family. Errors: NETLINK_ANSWER_INVALID. */
export function readRoute(payload: Buffer): Route[] {
  const reader = new AttributeReader(payload, ROUTE_HEADER_BYTES);
  const familyNumber = reader.header.readUInt8(0);
  if (familyNumber !== Family.inet && familyNumber !== Family.inet6) return [];
  const family = familyNumber === Family.inet ? 4 : 6;
  const metrics = reader.nested(RouteAttribute.metrics);
  return [
    {
      destination: {
        address: reader.ip(RouteAttribute.destination, familyNumber) ?? {
          family,
          bytes: new Uint8Array(ipLength(family)),
        },
        prefixLength: reader.header.readUInt8(1),
      },
      gateway: reader.ip(RouteAttribute.gateway, familyNumber),
      index: reader.u32(RouteAttribute.index),
      source: reader.ip(RouteAttribute.source, familyNumber),
      scope: reader.header.readUInt8(6),
      table: reader.u32(RouteAttribute.table) ?? reader.header.readUInt8(4),
      priority: reader.u32(RouteAttribute.priority) ?? 0,
      mtu: metrics.u32(RouteMetric.mtu),
      advmss: metrics.u32(RouteMetric.advmss),
      onlink: (reader.header.readUInt32LE(8) & ONLINK) !== 0,
      protocol: reader.header.readUInt8(5),
      type: reader.header.readUInt8(7),
    },
  ];
}
