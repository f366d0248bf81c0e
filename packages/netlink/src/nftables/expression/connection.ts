import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_CT_DREG = 1;
const NFTA_CT_KEY = 2;
const NFTA_CT_DIRECTION = 3;
const NFTA_CT_SREG = 4;

/** `enum nft_ct_keys` without a direction. */
const keys = { state: 0, direction: 1, status: 2, mark: 3 } as const;
/** Those of one direction of the connection. */
const directedKeys = { protocolSource: 11, protocolDestination: 12, ip: [19, 20], ip6: [21, 22] } as const;
const directions = { original: 0, reply: 1 } as const;

/** Bits of `state`, to mask with. Source: `NF_CT_STATE_BIT` in the kernel. */
export const ConnectionState = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;

/** Bits of `status`. Source: `enum ip_conntrack_status` in `include/uapi/linux/netfilter/nf_conntrack_common.h`. */
export const ConnectionStatus = { sourceNat: 1 << 4, destinationNat: 1 << 5 } as const;

/** Loads a fact about the packet's connection; in the machine's order, `direction` is one byte. Breaks off the rule where it has none. */
export function loadConnection(key: keyof typeof keys, into: Register = 0): NftExpression {
  return {
    kind: "ct",
    write: (writer) => writer.be32(NFTA_CT_KEY, keys[key]).be32(NFTA_CT_DREG, registerNumber(into)),
  };
}

/** Gives the connection the mark in a register. */
export function setConnectionMark(from: Register = 0): NftExpression {
  return {
    kind: "ct",
    write: (writer) => writer.be32(NFTA_CT_KEY, keys.mark).be32(NFTA_CT_SREG, registerNumber(from)),
  };
}

/** Loads an address of the connection's first packet (`original`) or of the answers to it, as it was before any translation of that packet. */
export function loadConnectionAddress(
  family: "ip" | "ip6",
  end: "source" | "destination",
  direction: keyof typeof directions,
  into: Register = 0,
): NftExpression {
  const key = directedKeys[family][end === "source" ? 0 : 1];
  return directed(key, direction, into);
}

/** Loads a port of the connection's first packet (`original`) or of the answers to it; network order. */
export function loadConnectionPort(
  end: "source" | "destination",
  direction: keyof typeof directions,
  into: Register = 0,
): NftExpression {
  return directed(end === "source" ? directedKeys.protocolSource : directedKeys.protocolDestination, direction, into);
}

function directed(key: number, direction: keyof typeof directions, into: Register): NftExpression {
  return {
    kind: "ct",
    write: (writer) => {
      writer.be32(NFTA_CT_KEY, key).be32(NFTA_CT_DREG, registerNumber(into));
      writer.u8(NFTA_CT_DIRECTION, directions[direction]);
    },
  };
}
