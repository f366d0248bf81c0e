import { u32 } from "../value.ts";
import type { NftExpression } from "./expression.ts";
import { type Register, registerNumber } from "./register.ts";

const NFTA_FIB_DREG = 1;
const NFTA_FIB_RESULT = 2;
const NFTA_FIB_FLAGS = 3;
const NFT_FIB_RESULT_ADDRTYPE = 3;

const flags = { source: 1 << 0, destination: 1 << 1 } as const;

/** What an address is to this host, to compare with. Source: `RTN_…` in `include/uapi/linux/rtnetlink.h`. */
export const AddressType = { unicast: u32(1), local: u32(2), broadcast: u32(3), multicast: u32(5) } as const;

/** Loads the type of the packet's source or destination address: `fib daddr type`. */
export function loadAddressType(of: keyof typeof flags, into: Register = 0): NftExpression {
  return {
    kind: "fib",
    write: (writer) => {
      writer.be32(NFTA_FIB_FLAGS, flags[of]).be32(NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
      writer.be32(NFTA_FIB_DREG, registerNumber(into));
    },
  };
}
