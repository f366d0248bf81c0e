import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_CMP_SREG = 1;
const NFTA_CMP_OP = 2;
const NFTA_CMP_DATA = 3;
const NFTA_DATA_VALUE = 1;

const operators = { "==": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5 } as const;

/** Breaks off the rule unless the register compares so with the value, byte by byte: in network order `<` is that of numbers. */
export function compare(operator: keyof typeof operators, value: Uint8Array, register: Register = 0): NftExpression {
  return {
    kind: "cmp",
    write: (writer) => {
      writer.be32(NFTA_CMP_SREG, registerNumber(register)).be32(NFTA_CMP_OP, operators[operator]);
      writer.nested(NFTA_CMP_DATA, (nest) => nest.bytes(NFTA_DATA_VALUE, value), { flagged: true });
    },
  };
}
