import { NetlinkError } from "../errors.ts";
import { readAttributes } from "../message/attributes.ts";
import type { NetlinkSocket } from "../socket.ts";
import { NF_HEADER_BYTES, NftMessage, nftMessage } from "./nft-message.ts";

const NFTA_GEN_ID = 1;

/** A number that changes with every change to any rule set of the socket's network namespace, whoever makes it; iptables over nf_tables, too. */
export function readGeneration(socket: NetlinkSocket): number {
  const request = nftMessage(NftMessage.getGeneration, 0, undefined, "read the generation of nftables", () => {});
  const id = readAttributes(socket.get(request).subarray(NF_HEADER_BYTES)).get(NFTA_GEN_ID);
  if (id === undefined || id.length !== 4) {
    throw new NetlinkError("NETLINK_ANSWER_INVALID", `${request.operation}: the answer has no number`);
  }
  return id.readUInt32BE();
}
