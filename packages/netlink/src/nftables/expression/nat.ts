import { familyNumber } from "../family.ts";
import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_NAT_TYPE = 1;
const NFTA_NAT_FAMILY = 2;
const NFTA_NAT_REG_ADDR_MIN = 3;
const NFTA_NAT_REG_PROTO_MIN = 5;

const types = { snat: 0, dnat: 1 } as const;

export interface NatTarget {
  readonly family: "ip" | "ip6";
  /** Where the new address is; kept when left out. */
  readonly address?: Register | undefined;
  /** Where the new port is, in network order; kept when left out. */
  readonly port?: Register | undefined;
}

/** Gives the connection another destination; in chains of type nat at prerouting and output. */
export function dnat(target: NatTarget): NftExpression {
  return nat("dnat", target);
}

/** Gives the connection another source; in chains of type nat at postrouting and input. */
export function snat(target: NatTarget): NftExpression {
  return nat("snat", target);
}

/** Gives the connection the address of the interface that it leaves by as its source; in chains of type nat at postrouting. */
export function masquerade(): NftExpression {
  return { kind: "masq", write: () => {} };
}

function nat(type: keyof typeof types, { family, address, port }: NatTarget): NftExpression {
  return {
    kind: "nat",
    write: (writer) => {
      writer.be32(NFTA_NAT_TYPE, types[type]).be32(NFTA_NAT_FAMILY, familyNumber(family));
      if (address !== undefined) writer.be32(NFTA_NAT_REG_ADDR_MIN, registerNumber(address));
      if (port !== undefined) writer.be32(NFTA_NAT_REG_PROTO_MIN, registerNumber(port));
    },
  };
}
