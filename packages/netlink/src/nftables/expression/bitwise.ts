import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_BITWISE_SREG = 1;
const NFTA_BITWISE_DREG = 2;
const NFTA_BITWISE_LEN = 3;
const NFTA_BITWISE_MASK = 4;
const NFTA_BITWISE_XOR = 5;
const NFTA_BITWISE_OP = 6;
const NFTA_DATA_VALUE = 1;
const NFT_BITWISE_BOOL = 0;

/** Makes `register = (register & mask) ^ xor`, of as many bytes as the mask has; without `xor` nothing is toggled. */
export function bitwise(mask: Uint8Array, xor?: Uint8Array, register: Register = 0): NftExpression {
  const number = registerNumber(register);
  return {
    kind: "bitwise",
    write: (writer) => {
      writer.be32(NFTA_BITWISE_SREG, number).be32(NFTA_BITWISE_DREG, number);
      writer.be32(NFTA_BITWISE_OP, NFT_BITWISE_BOOL).be32(NFTA_BITWISE_LEN, mask.length);
      writer.nested(NFTA_BITWISE_MASK, (nest) => nest.bytes(NFTA_DATA_VALUE, mask), { flagged: true });
      const toggled = xor ?? new Uint8Array(mask.length);
      writer.nested(NFTA_BITWISE_XOR, (nest) => nest.bytes(NFTA_DATA_VALUE, toggled), { flagged: true });
    },
  };
}
