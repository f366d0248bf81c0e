import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import { requireInteger, requireUint32 } from "../rtnetlink/argument.ts";
import type { AttributeReader } from "../rtnetlink/attribute-reader.ts";
import { type FilterPlace, filterInfo, filterPlaceText, requirePref } from "./filter-place.ts";
import { type Mirred, readActions, writeActions } from "./mirred.ts";
import { TrafficAttribute, TrafficMessage, trafficWriter } from "./traffic-message.ts";
import { KEY_BYTES, keyBytes, readKey, type U32Key } from "./u32-key.ts";

/** `TCA_U32_…`. Source: `include/uapi/linux/pkt_cls.h`. */
const U32Attribute = { classId: 1, selector: 5, actions: 7 } as const;
const SELECTOR_BYTES = 16;
/** `TC_U32_TERMINAL`: a packet that matches is looked at no further. */
const TERMINAL = 1;
/** The kernel's count of keys has 8 bits. */
const MAX_KEYS = 255;

/** What a filter of kind `u32` looks for, and what it does. */
export interface U32 {
  /** All must match; an empty list matches every packet. */
  readonly keys: readonly U32Key[];
  /** The class that the packet goes to, as in `flowid`; on `ingress` it only says that the search is over. */
  readonly classId?: number | undefined;
  readonly actions: readonly Mirred[];
}

/** Adds a filter, and refuses with EEXIST where its handle is taken. The kernel chooses the handle where none is given. Errors: NETLINK_ARGUMENT_INVALID. */
export function addU32Filter(
  filter: FilterPlace & { readonly handle?: number | undefined } & Omit<U32, "actions"> & Partial<Pick<U32, "actions">>,
): NetlinkRequest {
  const { linkIndex, parent, handle = 0, keys, classId, actions = [] } = filter;
  requirePref(filter.pref);
  const writer = trafficWriter({ linkIndex, handle, parent, info: filterInfo(filter) }, "u32");
  writer.nested(TrafficAttribute.options, (options) => {
    if (classId !== undefined) {
      requireUint32("the class of a filter", classId);
      options.u32(U32Attribute.classId, classId);
    }
    if (actions.length > 0) writeActions(options, U32Attribute.actions, actions);
    options.bytes(U32Attribute.selector, selector(keys));
  });
  return {
    type: TrafficMessage.newFilter,
    flags: MessageFlag.create | MessageFlag.exclusive,
    payload: writer.toBytes(),
    operation: `add ${filterPlaceText(filter)}`,
  };
}

/** Reads the options of a `u32`; undefined for the hash tables that the kernel lists among the filters. */
export function readU32(options: AttributeReader): U32 | undefined {
  const bytes = options.bytes(U32Attribute.selector);
  if (bytes === undefined || bytes.length < SELECTOR_BYTES) return undefined;
  const count = Math.min(bytes.readUInt8(2), Math.floor((bytes.length - SELECTOR_BYTES) / KEY_BYTES));
  const keys = Array.from({ length: count }, (_, i) => readKey(bytes.subarray(SELECTOR_BYTES + i * KEY_BYTES)));
  return {
    // every packet: what the kernel wants a key for all the same
    keys: keys.filter(({ mask }) => mask !== 0),
    classId: options.u32(U32Attribute.classId),
    actions: readActions(options.bytes(U32Attribute.actions) ?? Buffer.alloc(0)),
  };
}

/** `struct tc_u32_sel` and its keys. */
function selector(keys: readonly U32Key[]): Buffer {
  requireInteger("the number of keys of a filter", keys.length, 0, MAX_KEYS);
  const all = keys.length > 0 ? keys : [{ offset: 0, value: 0, mask: 0 }];
  const head = Buffer.alloc(SELECTOR_BYTES);
  head.writeUInt8(TERMINAL, 0);
  head.writeUInt8(all.length, 2);
  return Buffer.concat([head, ...all.map(keyBytes)]);
}
