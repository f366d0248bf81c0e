import { readAttributes } from "../../message/attributes.ts";
import { type IpAddress, type IpPrefix, ipLength, readIp } from "../ip-address.ts";
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

/** Reads an RTM_NEWROUTE; undefined for one of another family. */
export function readRoute(payload: Buffer): Route | undefined {
  const familyNumber = payload.readUInt8(0);
  if (familyNumber !== Family.inet && familyNumber !== Family.inet6) return undefined;
  const family = familyNumber === Family.inet ? 4 : 6;
  const attributes = readAttributes(payload.subarray(ROUTE_HEADER_BYTES));
  const ip = (type: number) => {
    const bytes = attributes.get(type);
    return bytes && readIp(familyNumber, bytes);
  };
  const number = (type: number) => attributes.get(type)?.readUInt32LE(0);
  const metrics = readAttributes(attributes.get(RouteAttribute.metrics) ?? Buffer.alloc(0));
  return {
    destination: {
      address: ip(RouteAttribute.destination) ?? { family, bytes: new Uint8Array(ipLength(family)) },
      prefixLength: payload.readUInt8(1),
    },
    gateway: ip(RouteAttribute.gateway),
    index: number(RouteAttribute.index),
    source: ip(RouteAttribute.source),
    scope: payload.readUInt8(6),
    table: number(RouteAttribute.table) ?? payload.readUInt8(4),
    priority: number(RouteAttribute.priority) ?? 0,
    mtu: metrics.get(RouteMetric.mtu)?.readUInt32LE(0),
    advmss: metrics.get(RouteMetric.advmss)?.readUInt32LE(0),
    onlink: (payload.readUInt32LE(8) & ONLINK) !== 0,
    protocol: payload.readUInt8(5),
    type: payload.readUInt8(7),
  };
}
