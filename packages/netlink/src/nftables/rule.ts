import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import type { NftChain } from "./chain.ts";
import { encodeComment } from "./comment.ts";
import { type NftExpression, writeExpressions } from "./expression/expression.ts";
import { NftMessage, nftMessage } from "./nft-message.ts";

const NFTA_RULE_TABLE = 1;
const NFTA_RULE_CHAIN = 2;
const NFTA_RULE_HANDLE = 3;
const NFTA_RULE_EXPRESSIONS = 4;
const NFTA_RULE_USERDATA = 7;

export interface RuleOptions {
  readonly comment?: string | undefined;
  /** `first`: before the other rules of the chain. */
  readonly position?: "first" | "last" | undefined;
}

/** Puts a rule into a chain, at its end; again each time. */
export function addRule(
  chain: NftChain,
  expressions: readonly NftExpression[],
  { comment, position = "last" }: RuleOptions = {},
): NetlinkRequest {
  const flags = position === "last" ? MessageFlag.create | MessageFlag.append : MessageFlag.create;
  return nftMessage(NftMessage.newRule, flags, chain.family, `add rule ${describe(chain)}`, (writer) => {
    writer.string(NFTA_RULE_TABLE, chain.table).string(NFTA_RULE_CHAIN, chain.name);
    writer.nested(NFTA_RULE_EXPRESSIONS, (nest) => writeExpressions(nest, expressions), { flagged: true });
    if (comment !== undefined) writer.bytes(NFTA_RULE_USERDATA, encodeComment(comment));
  });
}

/** Deletes one rule. ENOENT where there is none. */
export function deleteRule(chain: NftChain, handle: bigint): NetlinkRequest {
  const operation = `delete rule ${describe(chain)} handle ${handle}`;
  return nftMessage(NftMessage.deleteRule, 0, chain.family, operation, (writer) => {
    writer.string(NFTA_RULE_TABLE, chain.table).string(NFTA_RULE_CHAIN, chain.name).be64(NFTA_RULE_HANDLE, handle);
  });
}

/** Deletes all rules of a chain. ENOENT where there is no chain. */
export function flushChain(chain: NftChain): NetlinkRequest {
  return nftMessage(NftMessage.deleteRule, 0, chain.family, `flush chain ${describe(chain)}`, (writer) => {
    writer.string(NFTA_RULE_TABLE, chain.table).string(NFTA_RULE_CHAIN, chain.name);
  });
}

/** Asks for the rules of a chain: see `listRules`. */
export function dumpRules(chain: NftChain): NetlinkRequest {
  return nftMessage(NftMessage.getRule, 0, chain.family, `list rules ${describe(chain)}`, (writer) => {
    writer.string(NFTA_RULE_TABLE, chain.table).string(NFTA_RULE_CHAIN, chain.name);
  });
}

function describe({ family, table, name }: NftChain): string {
  return `${family} ${table} ${name}`;
}
