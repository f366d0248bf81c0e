import type { NftExpression } from "./expression.ts";

const NFTA_COUNTER_BYTES = 1;
const NFTA_COUNTER_PACKETS = 2;

/** Counts the packets and bytes that come so far in the rule. */
export function counter(): NftExpression {
  return {
    kind: "counter",
    write: (writer) => writer.be64(NFTA_COUNTER_BYTES, 0n).be64(NFTA_COUNTER_PACKETS, 0n),
  };
}
