import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_PAYLOAD_DREG = 1;
const NFTA_PAYLOAD_BASE = 2;
const NFTA_PAYLOAD_OFFSET = 3;
const NFTA_PAYLOAD_LEN = 4;

const bases = { link: 0, network: 1, transport: 2 } as const;

/** Bytes of a packet's header, in the header's own order. */
export interface PayloadField {
  readonly base: keyof typeof bases;
  readonly offset: number;
  readonly bytes: number;
}

/** Fields that rules look at. The ports of TCP, UDP, SCTP and DCCP are in the same place: load `l4proto`, too. */
export const field = {
  sourceAddress: {
    ip: { base: "network", offset: 12, bytes: 4 },
    ip6: { base: "network", offset: 8, bytes: 16 },
  },
  destinationAddress: {
    ip: { base: "network", offset: 16, bytes: 4 },
    ip6: { base: "network", offset: 24, bytes: 16 },
  },
  sourcePort: { base: "transport", offset: 0, bytes: 2 },
  destinationPort: { base: "transport", offset: 2, bytes: 2 },
} as const satisfies Record<string, PayloadField | Record<"ip" | "ip6", PayloadField>>;

/** Loads a field. In a table for several families check `nfproto` before, and `l4proto` before ports. */
export function loadPayload({ base, offset, bytes }: PayloadField, into: Register = 0): NftExpression {
  return {
    kind: "payload",
    write: (writer) => {
      writer.be32(NFTA_PAYLOAD_DREG, registerNumber(into)).be32(NFTA_PAYLOAD_BASE, bases[base]);
      writer.be32(NFTA_PAYLOAD_OFFSET, offset).be32(NFTA_PAYLOAD_LEN, bytes);
    },
  };
}
