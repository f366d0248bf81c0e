import { isRefusal } from "../errors.ts";
import { listAttributes, readAttributes, readText } from "../message/attributes.ts";
import type { NetlinkRequest } from "../message/message.ts";
import type { NetlinkSocket } from "../socket.ts";
import { getChain, type NftChain } from "./chain.ts";
import { decodeComment, encodeComment, SET_COMMENT } from "./comment.ts";
import { dataTypes, type NftDataType, padded } from "./data-type.ts";
import { dumpElements, getElement, type NftElement, type NftKey } from "./element.ts";
import { NF_HEADER_BYTES } from "./nft-message.ts";
import { dumpRules } from "./rule.ts";
import { dumpSets, getSet, type NftSet } from "./set.ts";
import { getTable, type NftTable } from "./table.ts";
import { readVerdict } from "./verdict.ts";

const NFTA_RULE_HANDLE = 3;
const NFTA_RULE_EXPRESSIONS = 4;
const NFTA_RULE_USERDATA = 7;
const NFTA_SET_NAME = 2;
const NFTA_SET_USERDATA = 13;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_DATA = 2;
const NFTA_SET_ELEM_USERDATA = 6;
const NFTA_DATA_VALUE = 1;
const NFTA_DATA_VERDICT = 2;

/** A rule that is there. */
export interface ListedRule {
  readonly handle: bigint;
  readonly comment: string | undefined;
  /** Its expressions as the kernel has them, to look for a name or an address in: those of iptables hold its matches with their comments. */
  readonly expressions: Buffer;
}

export function hasTable(socket: NetlinkSocket, table: NftTable): boolean {
  return tryGet(socket, getTable(table)) !== undefined;
}

export function hasChain(socket: NetlinkSocket, chain: NftChain): boolean {
  return tryGet(socket, getChain(chain)) !== undefined;
}

export function hasSet(socket: NetlinkSocket, set: Pick<NftSet, "family" | "table" | "name">): boolean {
  return tryGet(socket, getSet(set)) !== undefined;
}

/** The rules of a chain in their order; none where there is no chain. */
export function listRules(socket: NetlinkSocket, chain: NftChain): ListedRule[] {
  return tryDump(socket, dumpRules(chain)).map((payload) => {
    const attributes = readAttributes(payload.subarray(NF_HEADER_BYTES));
    const userData = attributes.get(NFTA_RULE_USERDATA);
    return {
      handle: attributes.get(NFTA_RULE_HANDLE)?.readBigUInt64BE() ?? 0n,
      comment: userData && decodeComment(userData),
      expressions: attributes.get(NFTA_RULE_EXPRESSIONS) ?? Buffer.alloc(0),
    };
  });
}

/** A set that is there. */
export interface ListedSet {
  readonly name: string;
  readonly comment: string | undefined;
}

/** The sets and maps of a table; none where there is no table. */
export function listSets(socket: NetlinkSocket, table: NftTable): ListedSet[] {
  return tryDump(socket, dumpSets(table)).flatMap((payload) => {
    const attributes = readAttributes(payload.subarray(NF_HEADER_BYTES));
    const name = attributes.get(NFTA_SET_NAME);
    const userData = attributes.get(NFTA_SET_USERDATA);
    return name === undefined
      ? []
      : [{ name: readText(name), comment: userData && decodeComment(userData, SET_COMMENT) }];
  });
}

/** The elements of a set, in no order; none where there is no set. With a comment only those that have it; the others are not read. */
export function listElements(
  socket: NetlinkSocket,
  set: NftSet,
  { comment }: { readonly comment?: string | undefined } = {},
): NftElement[] {
  const payloads = tryDump(socket, dumpElements(set));
  if (comment === undefined) return payloads.flatMap((payload) => readElements(set, payload));
  const mark = encodeComment(comment);
  // looked for in the bytes first, in a whole message of some hundred elements, then in each of them
  return payloads
    .filter((payload) => payload.includes(mark))
    .flatMap((payload) => readElements(set, payload, mark))
    .filter((element) => element.comment === comment);
}

/** One element; undefined where it is not there, or the set is not. */
export function findElement(socket: NetlinkSocket, set: NftSet, key: NftKey): NftElement | undefined {
  const payload = tryGet(socket, getElement(set, key));
  return payload && readElements(set, payload)[0];
}

function readElements(set: NftSet, payload: Buffer, mark?: Buffer): NftElement[] {
  const list = readAttributes(payload.subarray(NF_HEADER_BYTES)).get(NFTA_SET_ELEM_LIST_ELEMENTS);
  const elements = list === undefined ? [] : listAttributes(list);
  const marked = mark === undefined ? elements : elements.filter(([, element]) => element.includes(mark));
  return marked.map(([, element]) => readElement(set, element));
}

function readElement(set: NftSet, element: Buffer): NftElement {
  const attributes = readAttributes(element);
  const userData = attributes.get(NFTA_SET_ELEM_USERDATA);
  const key = attributes.get(NFTA_SET_ELEM_KEY);
  const data = attributes.get(NFTA_SET_ELEM_DATA);
  return {
    key: splitParts(set.key, (key && readAttributes(key).get(NFTA_DATA_VALUE)) ?? Buffer.alloc(0)),
    data: data && readData(set, data),
    comment: userData && decodeComment(userData),
  };
}

function readData(set: NftSet, data: Buffer): NftElement["data"] {
  const attributes = readAttributes(data);
  const verdict = attributes.get(NFTA_DATA_VERDICT);
  if (verdict !== undefined) return readVerdict(verdict);
  const value = attributes.get(NFTA_DATA_VALUE);
  return value === undefined || set.data === undefined || set.data === "verdict"
    ? undefined
    : splitParts(set.data, value);
}

/** The parts of a key, or of data, without padding. */
export function splitParts(types: readonly NftDataType[], bytes: Buffer): Buffer[] {
  let start = 0;
  return types.map((type) => {
    const part = bytes.subarray(start, start + dataTypes[type].bytes);
    start += padded(dataTypes[type].bytes);
    return part;
  });
}

function tryGet(socket: NetlinkSocket, request: NetlinkRequest): Buffer | undefined {
  try {
    return socket.get(request);
  } catch (error) {
    if (isRefusal(error, "ENOENT")) return undefined;
    throw error;
  }
}

function tryDump(socket: NetlinkSocket, request: NetlinkRequest): Buffer[] {
  try {
    return socket.dump(request);
  } catch (error) {
    if (isRefusal(error, "ENOENT")) return [];
    throw error;
  }
}
