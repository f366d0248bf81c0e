import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_META_DREG = 1;
const NFTA_META_KEY = 2;
const NFTA_META_SREG = 3;

/** `enum nft_meta_keys`. */
const keys = {
  mark: 3,
  /** Index of the interface. */
  iif: 4,
  oif: 5,
  /** 16 bytes: see `interfaceName`. */
  iifname: 6,
  oifname: 7,
  nfproto: 15,
  /** Number of the protocol over IP. */
  l4proto: 16,
  pkttype: 19,
} as const;

export type MetaKey = keyof typeof keys;

/** Loads a fact about the packet; numbers in the machine's order. */
export function loadMeta(key: MetaKey, into: Register = 0): NftExpression {
  return {
    kind: "meta",
    write: (writer) => writer.be32(NFTA_META_KEY, keys[key]).be32(NFTA_META_DREG, registerNumber(into)),
  };
}

/** Gives the packet the mark in a register. */
export function setMark(from: Register = 0): NftExpression {
  return {
    kind: "meta",
    write: (writer) => writer.be32(NFTA_META_KEY, keys.mark).be32(NFTA_META_SREG, registerNumber(from)),
  };
}
