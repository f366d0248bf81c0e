import { AttributeWriter } from "../message/attribute-writer.ts";
import type { NetlinkRequest } from "../message/message.ts";
import { requireIndex } from "../rtnetlink/argument.ts";
import { AttributeReader } from "../rtnetlink/attribute-reader.ts";
import type { NetlinkSocket } from "../socket.ts";
import { type FilterPlace, filterInfo, filterPlaceText, readFilterInfo, requirePref } from "./filter-place.ts";
import { handleText } from "./handle.ts";
import {
  readTrafficHeader,
  TRAFFIC_HEADER_BYTES,
  TrafficAttribute,
  TrafficMessage,
  trafficHeader,
} from "./traffic-message.ts";
import { readU32, type U32 } from "./u32-filter.ts";

/** A filter as the kernel tells of it. */
export interface Filter extends FilterPlace {
  readonly handle: number;
  /** As in `u32`. */
  readonly kind: string;
  /** Undefined for other kinds. */
  readonly u32: U32 | undefined;
}

/** Deletes the filter of a handle, or the whole list of a preference without one. ENOENT where there is none. Errors: NETLINK_ARGUMENT_INVALID. */
export function deleteFilter(
  filter: FilterPlace & { readonly kind?: string | undefined; readonly handle?: number | undefined },
): NetlinkRequest {
  const { linkIndex, parent, kind, handle = 0 } = filter;
  requireIndex(linkIndex);
  requirePref(filter.pref);
  const writer = new AttributeWriter(trafficHeader({ linkIndex, handle, parent, info: filterInfo(filter) }));
  if (kind !== undefined) writer.string(TrafficAttribute.kind, kind);
  const operation = `delete ${filterPlaceText(filter)}`;
  return { type: TrafficMessage.deleteFilter, flags: 0, payload: writer.toBytes(), operation };
}

/** The filters of a qdisc, in the order in which packets meet them. Errors: NETLINK_ARGUMENT_INVALID, those of NetlinkSocket. */
export function listFilters(
  socket: NetlinkSocket,
  { linkIndex, parent }: Pick<FilterPlace, "linkIndex" | "parent">,
): Filter[] {
  requireIndex(linkIndex);
  const payload = trafficHeader({ linkIndex, handle: 0, parent });
  const operation = `list the filters of ${handleText(parent)} of link ${linkIndex}`;
  return socket.dump({ type: TrafficMessage.getFilter, flags: 0, payload, operation }).flatMap(readFilter);
}

/** Reads an RTM_NEWTFILTER; an empty list for what is none: the head of a list, and the hash tables of u32. Errors: NETLINK_ANSWER_INVALID. */
export function readFilter(payload: Buffer): Filter[] {
  const reader = new AttributeReader(payload, TRAFFIC_HEADER_BYTES);
  const place = readTrafficHeader(reader.header);
  const kind = reader.text(TrafficAttribute.kind);
  if (kind === undefined || place.handle === 0) return [];
  const u32 = kind === "u32" ? readU32(reader.nested(TrafficAttribute.options)) : undefined;
  if (kind === "u32" && u32 === undefined) return [];
  return [{ ...place, ...readFilterInfo(reader.header.readUInt32LE(16)), kind, u32 }];
}
