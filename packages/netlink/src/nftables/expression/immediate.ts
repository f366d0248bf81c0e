import { type NftVerdict, writeVerdict } from "../verdict.ts";
import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_IMMEDIATE_DREG = 1;
const NFTA_IMMEDIATE_DATA = 2;
const NFTA_DATA_VALUE = 1;
const NFT_REG_VERDICT = 0;

/** Ends the rule with a verdict. */
export function verdict(decision: NftVerdict): NftExpression {
  return {
    kind: "immediate",
    write: (writer) => {
      writer.be32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
      writer.nested(NFTA_IMMEDIATE_DATA, (nest) => writeVerdict(nest, decision), { flagged: true });
    },
  };
}

/** Loads a constant. */
export function loadValue(value: Uint8Array, into: Register = 0): NftExpression {
  return {
    kind: "immediate",
    write: (writer) => {
      writer.be32(NFTA_IMMEDIATE_DREG, registerNumber(into));
      writer.nested(NFTA_IMMEDIATE_DATA, (nest) => nest.bytes(NFTA_DATA_VALUE, value), { flagged: true });
    },
  };
}
