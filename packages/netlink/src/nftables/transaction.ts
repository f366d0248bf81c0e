import { NetlinkError } from "../errors.ts";
import { AttributeWriter } from "../message/attribute-writer.ts";
import type { NetlinkRequest } from "../message/message.ts";
import type { NetlinkSocket } from "../socket.ts";
import { NFNL_SUBSYS_NFTABLES, nfHeader } from "./nft-message.ts";

const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;
const NFNL_BATCH_GENID = 1;
const ERESTART = 85;

export interface TransactionOptions {
  /** What {@link readGeneration} gave: the batch is refused when somebody changed any rule set of this network namespace since. */
  readonly generation?: number | undefined;
}

/**
 * Carries out requests of this folder, all or none, in one system call.
 *
 * Tables, chains, sets and elements may be used by later requests of the same batch. When it succeeds and changed anything, the generation is one
 * more than before. Errors: NETLINK_REFUSED for the first request that fails, see {@link isStale} for the refusal of the whole batch.
 *
 * Source: `nfnetlink_rcv_batch` in `net/netfilter/nfnetlink.c`.
 */
export function transact(
  socket: NetlinkSocket,
  requests: readonly NetlinkRequest[],
  { generation }: TransactionOptions = {},
): void {
  if (requests.length > 0) socket.transact(batchBegin(generation), requests, batchEnd());
}

/** Whether a batch was refused because the rule sets are no longer of the generation that it was made for. */
export function isStale(error: unknown): boolean {
  return error instanceof NetlinkError && error.code === "NETLINK_REFUSED" && error.errno === ERESTART;
}

export function batchBegin(generation?: number): NetlinkRequest {
  const writer = new AttributeWriter(nfHeader(0, NFNL_SUBSYS_NFTABLES));
  if (generation !== undefined) writer.be32(NFNL_BATCH_GENID, generation);
  return { type: NFNL_MSG_BATCH_BEGIN, flags: 0, payload: writer.toBytes(), operation: "change nftables" };
}

export function batchEnd(): NetlinkRequest {
  return {
    type: NFNL_MSG_BATCH_END,
    flags: 0,
    payload: nfHeader(0, NFNL_SUBSYS_NFTABLES),
    operation: "change nftables",
  };
}
