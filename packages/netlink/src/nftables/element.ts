import { NetlinkError } from "../errors.ts";
import { AttributeWriter } from "../message/attribute-writer.ts";
import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import { encodeComment } from "./comment.ts";
import { dataTypes, type NftDataType, padded, typeBytes } from "./data-type.ts";
import { NftMessage, nftMessage } from "./nft-message.ts";
import { describeSet, type NftSet } from "./set.ts";
import { type NftVerdict, writeVerdict } from "./verdict.ts";

const NFTA_SET_ELEM_LIST_TABLE = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_DATA = 2;
const NFTA_SET_ELEM_USERDATA = 6;
const NFTA_DATA_VALUE = 1;

/** What elements of one message may have in bytes: together with its header the list has a length of 16 bits. */
const MAX_LIST_BYTES = 0xffff - 64;

/** A key of a set: the parts in a row, each with exactly the bytes of its type, network order where the type is one of the network. */
export type NftKey = readonly Uint8Array[];

export interface NftElement {
  readonly key: NftKey;
  /** For maps: the parts in a row, or a verdict. */
  readonly data?: NftKey | NftVerdict | undefined;
  readonly comment?: string | undefined;
}

export interface AddElementsOptions {
  /** EEXIST for an element that is there. Otherwise one that is there stays as it is, and EEXIST is for a key with other data. */
  readonly exclusive?: boolean | undefined;
}

/** Puts elements into a set, as few messages as they fit into. Errors: NETLINK_ARGUMENT_INVALID for a key or data of another length. */
export function addElements(
  set: NftSet,
  elements: readonly NftElement[],
  { exclusive = false }: AddElementsOptions = {},
): NetlinkRequest[] {
  const flags = MessageFlag.create | (exclusive ? MessageFlag.exclusive : 0);
  const operation = `add element ${describeSet(set)}`;
  return elementMessages(NftMessage.newElement, flags, set, elements, operation);
}

/** Takes elements out of a set, by their keys. ENOENT for one that is not there. */
export function deleteElements(set: NftSet, keys: readonly NftKey[]): NetlinkRequest[] {
  const operation = `delete element ${describeSet(set)}`;
  return elementMessages(NftMessage.deleteElement, 0, set, toElements(keys), operation);
}

/** Asks for one element: see `findElement`. */
export function getElement(set: NftSet, key: NftKey): NetlinkRequest {
  const body = encodeElement(set, { key });
  return elementMessage(NftMessage.getElement, 0, set, [body], `get element ${describeSet(set)}`);
}

/** Asks for all elements: see `listElements`. */
export function dumpElements(set: Pick<NftSet, "family" | "table" | "name">): NetlinkRequest {
  return nftMessage(NftMessage.getElement, 0, set.family, `list elements ${describeSet(set)}`, (writer) => {
    writer.string(NFTA_SET_ELEM_LIST_TABLE, set.table).string(NFTA_SET_ELEM_LIST_SET, set.name);
  });
}

/** A key, or data, as the kernel keeps it. Errors: NETLINK_ARGUMENT_INVALID. */
export function joinParts(types: readonly NftDataType[], parts: NftKey): Buffer {
  const bytes = Buffer.alloc(typeBytes(types));
  let start = 0;
  for (const [index, type] of types.entries()) {
    const part = parts[index];
    if (part?.length !== dataTypes[type].bytes) throw wrongParts(types, parts);
    bytes.set(part, start);
    start += padded(part.length);
  }
  if (parts.length !== types.length) throw wrongParts(types, parts);
  return bytes;
}

function elementMessages(
  message: number,
  flags: number,
  set: NftSet,
  elements: readonly NftElement[],
  operation: string,
): NetlinkRequest[] {
  const messages: NetlinkRequest[] = [];
  let bodies: Buffer[] = [];
  let listBytes = 0;
  for (const element of elements) {
    const body = encodeElement(set, element);
    if (listBytes + 4 + body.length > MAX_LIST_BYTES) {
      messages.push(elementMessage(message, flags, set, bodies, operation));
      bodies = [];
      listBytes = 0;
    }
    bodies.push(body);
    listBytes += 4 + body.length;
  }
  if (bodies.length > 0) messages.push(elementMessage(message, flags, set, bodies, operation));
  return messages;
}

function elementMessage(
  message: number,
  flags: number,
  set: NftSet,
  bodies: readonly Buffer[],
  operation: string,
): NetlinkRequest {
  return nftMessage(message, flags, set.family, operation, (writer) => {
    writer.string(NFTA_SET_ELEM_LIST_TABLE, set.table).string(NFTA_SET_ELEM_LIST_SET, set.name);
    writer.nested(
      NFTA_SET_ELEM_LIST_ELEMENTS,
      (list) => {
        for (const body of bodies) list.nested(NFTA_LIST_ELEM, (nest) => nest.raw(body), { flagged: true });
      },
      { flagged: true },
    );
  });
}

/** The attributes of one element. */
function encodeElement(set: NftSet, { key, data, comment }: NftElement): Buffer {
  const writer = new AttributeWriter();
  writer.nested(NFTA_SET_ELEM_KEY, (nest) => nest.bytes(NFTA_DATA_VALUE, joinParts(set.key, key)), { flagged: true });
  if (data !== undefined) {
    writer.nested(NFTA_SET_ELEM_DATA, (nest) => writeData(nest, set, data), { flagged: true });
  }
  if (comment !== undefined) writer.bytes(NFTA_SET_ELEM_USERDATA, encodeComment(comment));
  return writer.toBytes();
}

function writeData(writer: AttributeWriter, set: NftSet, data: NftKey | NftVerdict): void {
  if ("kind" in data && set.data === "verdict") {
    writeVerdict(writer, data);
  } else if (!("kind" in data) && set.data !== undefined && set.data !== "verdict") {
    writer.bytes(NFTA_DATA_VALUE, joinParts(set.data, data));
  } else {
    throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `${describeSet(set)} holds data of another kind`);
  }
}

function toElements(keys: readonly NftKey[]): NftElement[] {
  return keys.map((key) => ({ key }));
}

function wrongParts(types: readonly NftDataType[], parts: NftKey): NetlinkError {
  const lengths = parts.map((part) => part.length).join(", ");
  return new NetlinkError(
    "NETLINK_ARGUMENT_INVALID",
    `${types.join(" . ")} cannot be made of parts of ${lengths} bytes`,
  );
}
