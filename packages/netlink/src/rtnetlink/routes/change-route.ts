import { NetlinkError } from "../../errors.ts";
import { AttributeWriter } from "../../message/attribute-writer.ts";
import { MessageFlag, type NetlinkRequest } from "../../message/message.ts";
import { requireIndex, requireInteger, requireUint32 } from "../argument.ts";
import {
  familyNumber,
  type IpAddress,
  type IpPrefix,
  ipBytes,
  ipText,
  prefixText,
  requirePrefix,
} from "../ip-address.ts";
import { RouteMessage } from "../route-message.ts";
import { Scope } from "../scope.ts";
import {
  MAIN_TABLE,
  ONLINK,
  PROTOCOL_BOOT,
  RouteAttribute,
  RouteMetric,
  routeHeader,
  TYPE_UNICAST,
} from "./route-header.ts";

/** A route. At least one of destination, gateway, source and family says whether it is one of IPv4 or IPv6. */
export interface NewRoute {
  /** Everything without: the default route. Bits after the prefix must be zero in IPv4. */
  readonly destination?: IpPrefix | undefined;
  readonly gateway?: IpAddress | undefined;
  /** Index of the link; found by the gateway without. */
  readonly index?: number | undefined;
  /** The address of its own that this host prefers to send from. */
  readonly source?: IpAddress | undefined;
  readonly family?: 4 | 6 | undefined;
  /** `Scope.…`; link without in IPv4 where there is no gateway, global otherwise. */
  readonly scope?: number | undefined;
  /** The main one without. */
  readonly table?: number | undefined;
  /** The metric: of two routes to a destination the one with the lower number counts. */
  readonly priority?: number | undefined;
  readonly mtu?: number | undefined;
  readonly advmss?: number | undefined;
  /** Whether the gateway is taken to be on the link, although no address says so. */
  readonly onlink?: boolean | undefined;
}

/** Adds a route; EEXIST where there is one to its destination with its priority. Errors: NETLINK_ARGUMENT_INVALID. */
export function addRoute(route: NewRoute): NetlinkRequest {
  return newRoute("add", route, MessageFlag.create | MessageFlag.exclusive);
}

/**
 * Adds a route beside those to its destination; EEXIST where there is one that leads the same way. In IPv4 it comes before them, in IPv6 traffic
 * is spread over them. Errors: NETLINK_ARGUMENT_INVALID.
 */
export function addRouteBeside(route: NewRoute): NetlinkRequest {
  return newRoute("add", route, MessageFlag.create);
}

/** Adds a route in place of the one to its destination with its priority, if there is one. Errors: NETLINK_ARGUMENT_INVALID. */
export function replaceRoute(route: NewRoute): NetlinkRequest {
  return newRoute("replace", route, MessageFlag.create | MessageFlag.replace);
}

/** Deletes the first route that has all that is given; ESRCH where none has. Errors: NETLINK_ARGUMENT_INVALID. */
export function deleteRoute(route: NewRoute): NetlinkRequest {
  const { scope = familyOf(route) === 4 ? Scope.nowhere : Scope.global } = route;
  const payload = encodeRoute(route, { scope });
  return { type: RouteMessage.deleteRoute, flags: 0, payload, operation: `delete ${routeText(route)}` };
}

function newRoute(verb: string, route: NewRoute, flags: number): NetlinkRequest {
  const isDirect = familyOf(route) === 4 && route.gateway === undefined;
  const { scope = isDirect ? Scope.link : Scope.global } = route;
  const payload = encodeRoute(route, { scope, protocol: PROTOCOL_BOOT, type: TYPE_UNICAST });
  return { type: RouteMessage.newRoute, flags, payload, operation: `${verb} ${routeText(route)}` };
}

function encodeRoute(
  route: NewRoute,
  header: { readonly scope: number; readonly protocol?: number; readonly type?: number },
): Buffer {
  const { destination, gateway, index, source, table = MAIN_TABLE, priority, mtu, advmss, onlink } = route;
  requireInteger("the scope of a route", header.scope, 0, 255);
  requireUint32("the table of a route", table);
  if (destination !== undefined) requirePrefix(destination);
  const writer = new AttributeWriter(
    routeHeader({
      ...header,
      family: familyNumber(familyOf(route)),
      destinationLength: destination?.prefixLength ?? 0,
      table,
      flags: onlink === true ? ONLINK : 0,
    }),
  );
  if (destination !== undefined) writer.bytes(RouteAttribute.destination, ipBytes(destination.address));
  if (gateway !== undefined) writer.bytes(RouteAttribute.gateway, ipBytes(gateway));
  if (source !== undefined) writer.bytes(RouteAttribute.source, ipBytes(source));
  if (table > 255) writer.u32(RouteAttribute.table, table);
  if (priority !== undefined) {
    requireUint32("the priority of a route", priority);
    writer.u32(RouteAttribute.priority, priority);
  }
  if (index !== undefined) {
    requireIndex(index);
    writer.u32(RouteAttribute.index, index);
  }
  writeMetrics(writer, [
    [RouteMetric.mtu, mtu],
    [RouteMetric.advmss, advmss],
  ]);
  return writer.toBytes();
}

function writeMetrics(writer: AttributeWriter, metrics: readonly (readonly [type: number, value?: number])[]): void {
  if (metrics.every(([, value]) => value === undefined)) return;
  writer.nested(RouteAttribute.metrics, (nested) => {
    for (const [type, value] of metrics) {
      if (value === undefined) continue;
      requireUint32("a metric of a route", value);
      nested.u32(type, value);
    }
  });
}

function familyOf({ destination, gateway, source, family }: NewRoute): 4 | 6 {
  const [first, ...others] = [destination?.address.family, gateway?.family, source?.family, family].filter(
    (given) => given !== undefined,
  );
  if (first === undefined || others.some((other) => other !== first)) {
    throw new NetlinkError("NETLINK_ARGUMENT_INVALID", "a route is either one of IPv4 or one of IPv6");
  }
  return first;
}

function routeText({ destination, gateway, index }: NewRoute): string {
  const to = destination === undefined ? "the default route" : `the route to ${prefixText(destination)}`;
  const by = gateway === undefined ? "" : ` by ${ipText(gateway)}`;
  return `${to}${by}${index === undefined ? "" : ` on link ${index}`}`;
}
