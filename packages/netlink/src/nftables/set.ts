import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import { encodeComment, SET_COMMENT } from "./comment.ts";
import { type NftDataType, typeBytes, typeId, typeOrder } from "./data-type.ts";
import type { NftFamily } from "./family.ts";
import { NftMessage, nftMessage } from "./nft-message.ts";
import type { NftTable } from "./table.ts";
import { u32 } from "./value.ts";

const NFTA_SET_TABLE = 1;
const NFTA_SET_NAME = 2;
const NFTA_SET_FLAGS = 3;
const NFTA_SET_KEY_TYPE = 4;
const NFTA_SET_KEY_LEN = 5;
const NFTA_SET_DATA_TYPE = 6;
const NFTA_SET_DATA_LEN = 7;
const NFTA_SET_ID = 10;
const NFTA_SET_USERDATA = 13;
/** NFTNL_UDATA_SET_KEYBYTEORDER. Source: `include/udata.h` of libnftnl. */
const UDATA_KEY_ORDER = 0;
const UDATA_DATA_ORDER = 1;
const NFT_SET_MAP = 0x8;
const NFT_DATA_VERDICT = 0xffffff00;
/** The kernel wants one, to tell nameless sets of a batch apart; ours have names. */
const ANY_ID = 1;

/** A named set, or with `data` a map from keys to data. Its hash table finds a key in the same time however many there are. */
export interface NftSet {
  readonly family: NftFamily;
  readonly table: string;
  readonly name: string;
  /** One type, or several in a row. */
  readonly key: readonly NftDataType[];
  readonly data?: readonly NftDataType[] | "verdict" | undefined;
  /** Kept by the kernel as long as the set is there; see `listSets`. */
  readonly comment?: string | undefined;
}

/** Makes a set or map; one that is there stays with its elements. EEXIST when it is of another type. */
export function addSet(set: NftSet): NetlinkRequest {
  return nftMessage(NftMessage.newSet, MessageFlag.create, set.family, `add set ${describeSet(set)}`, (writer) => {
    writer.string(NFTA_SET_TABLE, set.table).string(NFTA_SET_NAME, set.name);
    writer.be32(NFTA_SET_FLAGS, set.data === undefined ? 0 : NFT_SET_MAP);
    writer.be32(NFTA_SET_KEY_TYPE, typeId(set.key)).be32(NFTA_SET_KEY_LEN, typeBytes(set.key));
    if (set.data === "verdict") {
      writer.be32(NFTA_SET_DATA_TYPE, NFT_DATA_VERDICT).be32(NFTA_SET_DATA_LEN, 0);
    } else if (set.data !== undefined) {
      writer.be32(NFTA_SET_DATA_TYPE, typeId(set.data)).be32(NFTA_SET_DATA_LEN, typeBytes(set.data));
    }
    writer.be32(NFTA_SET_ID, ANY_ID);
    writer.bytes(NFTA_SET_USERDATA, userData(set));
  });
}

/** Deletes a set with its elements. ENOENT where there is none, EBUSY while rules use it. */
export function deleteSet(set: Pick<NftSet, "family" | "table" | "name">): NetlinkRequest {
  return nftMessage(NftMessage.deleteSet, 0, set.family, `delete set ${describeSet(set)}`, (writer) => {
    writer.string(NFTA_SET_TABLE, set.table).string(NFTA_SET_NAME, set.name);
  });
}

/** Asks for a set: see `hasSet`. */
export function getSet(set: Pick<NftSet, "family" | "table" | "name">): NetlinkRequest {
  return nftMessage(NftMessage.getSet, 0, set.family, `get set ${describeSet(set)}`, (writer) => {
    writer.string(NFTA_SET_TABLE, set.table).string(NFTA_SET_NAME, set.name);
  });
}

/** Asks for all sets of a table: see `listSets`. */
export function dumpSets({ family, name }: NftTable): NetlinkRequest {
  return nftMessage(NftMessage.getSet, 0, family, `list sets ${family} ${name}`, (writer) => {
    writer.string(NFTA_SET_TABLE, name);
  });
}

/** What nft keeps with a set for its own listings: without the order of bytes it shows names of interfaces as empty. */
function userData({ key, data, comment }: NftSet): Buffer {
  const parts = [orderOf(UDATA_KEY_ORDER, typeOrder(key))];
  if (data !== undefined) parts.push(orderOf(UDATA_DATA_ORDER, data === "verdict" ? 0 : typeOrder(data)));
  if (comment !== undefined) parts.push(encodeComment(comment, SET_COMMENT));
  return Buffer.concat(parts);
}

function orderOf(type: number, order: number): Buffer {
  return Buffer.concat([Buffer.from([type, 4]), u32(order)]);
}

export function describeSet({ family, table, name }: Pick<NftSet, "family" | "table" | "name">): string {
  return `${family} ${table} ${name}`;
}
