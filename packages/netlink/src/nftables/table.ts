import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import type { NftFamily } from "./family.ts";
import { NftMessage, nftMessage } from "./nft-message.ts";

const NFTA_TABLE_NAME = 1;
const NFTA_TABLE_FLAGS = 2;

export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
}

/** Makes a table; one that is there stays as it is. */
export function addTable({ family, name }: NftTable): NetlinkRequest {
  return nftMessage(NftMessage.newTable, MessageFlag.create, family, `add table ${family} ${name}`, (writer) => {
    writer.string(NFTA_TABLE_NAME, name).be32(NFTA_TABLE_FLAGS, 0);
  });
}

/** Deletes a table with all that is in it. ENOENT where there is none. */
export function deleteTable({ family, name }: NftTable): NetlinkRequest {
  return nftMessage(NftMessage.deleteTable, 0, family, `delete table ${family} ${name}`, (writer) => {
    writer.string(NFTA_TABLE_NAME, name);
  });
}

/** Asks for a table: see `hasTable`. */
export function getTable({ family, name }: NftTable): NetlinkRequest {
  return nftMessage(NftMessage.getTable, 0, family, `get table ${family} ${name}`, (writer) => {
    writer.string(NFTA_TABLE_NAME, name);
  });
}
