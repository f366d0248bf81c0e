import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_LOOKUP_SET = 1;
const NFTA_LOOKUP_SREG = 2;
const NFTA_LOOKUP_DREG = 3;
const NFTA_LOOKUP_FLAGS = 5;
const NFT_LOOKUP_F_INV = 1;
const NFT_REG_VERDICT = 0;

/** Breaks off the rule unless the key that begins in a register is in the set of this table; with `inverted` when it is. */
export function lookupSet(
  name: string,
  { from = 0, inverted = false }: { readonly from?: Register; readonly inverted?: boolean } = {},
): NftExpression {
  return {
    kind: "lookup",
    write: (writer) => {
      writer.be32(NFTA_LOOKUP_SREG, registerNumber(from)).string(NFTA_LOOKUP_SET, name);
      if (inverted) writer.be32(NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
    },
  };
}

/** Loads what the map has for the key that begins in a register; breaks off the rule where it has nothing. */
export function lookupMap(
  name: string,
  { from = 0, into = 0 }: { readonly from?: Register; readonly into?: Register } = {},
): NftExpression {
  return {
    kind: "lookup",
    write: (writer) => {
      writer.be32(NFTA_LOOKUP_SREG, registerNumber(from)).be32(NFTA_LOOKUP_DREG, registerNumber(into));
      writer.string(NFTA_LOOKUP_SET, name);
    },
  };
}

/** Ends the rule with the verdict that the map has for the key that begins in a register; breaks it off where it has none. */
export function lookupVerdict(name: string, from: Register = 0): NftExpression {
  return {
    kind: "lookup",
    write: (writer) => {
      writer.be32(NFTA_LOOKUP_SREG, registerNumber(from)).be32(NFTA_LOOKUP_DREG, NFT_REG_VERDICT);
      writer.string(NFTA_LOOKUP_SET, name);
    },
  };
}
