import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import type { NftFamily } from "./family.ts";
import { NftMessage, nftMessage } from "./nft-message.ts";

const NFTA_CHAIN_TABLE = 1;
const NFTA_CHAIN_NAME = 3;
const NFTA_CHAIN_HOOK = 4;
const NFTA_CHAIN_POLICY = 5;
const NFTA_CHAIN_TYPE = 7;
const NFTA_HOOK_HOOKNUM = 1;
const NFTA_HOOK_PRIORITY = 2;

const hookNumbers = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const;
const policyNumbers = { drop: 0, accept: 1 } as const;

/** Priorities of chains, by nft's names, in the families ip, ip6 and inet. Source: `include/uapi/linux/netfilter_ipv4.h`. */
export const ChainPriority = {
  raw: -300,
  mangle: -150,
  destinationNat: -100,
  filter: 0,
  security: 50,
  sourceNat: 100,
} as const;

export interface NftChain {
  readonly family: NftFamily;
  readonly table: string;
  readonly name: string;
}

/** Where the kernel calls a chain; lower priorities first. */
export interface ChainHook {
  readonly type: "filter" | "nat" | "route";
  readonly hook: keyof typeof hookNumbers;
  readonly priority: number;
  /** What happens to packets that no rule decided on; `accept` when left out. */
  readonly policy?: keyof typeof policyNumbers | undefined;
}

/** Makes a chain, with `hook` one that the kernel calls. One that is there stays; EEXIST when it has another hook. */
export function addChain(chain: NftChain, hook?: ChainHook): NetlinkRequest {
  const operation = `add chain ${describe(chain)}`;
  return nftMessage(NftMessage.newChain, MessageFlag.create, chain.family, operation, (writer) => {
    writer.string(NFTA_CHAIN_TABLE, chain.table).string(NFTA_CHAIN_NAME, chain.name);
    if (hook === undefined) return;
    writer.string(NFTA_CHAIN_TYPE, hook.type);
    writer.be32(NFTA_CHAIN_POLICY, policyNumbers[hook.policy ?? "accept"]);
    writer.nested(
      NFTA_CHAIN_HOOK,
      (nest) => nest.be32(NFTA_HOOK_HOOKNUM, hookNumbers[hook.hook]).be32(NFTA_HOOK_PRIORITY, hook.priority >>> 0),
      { flagged: true },
    );
  });
}

/** Deletes a chain with its rules. ENOENT where there is none, EBUSY while rules or elements lead to it. */
export function deleteChain(chain: NftChain): NetlinkRequest {
  return nftMessage(NftMessage.deleteChain, 0, chain.family, `delete chain ${describe(chain)}`, (writer) => {
    writer.string(NFTA_CHAIN_TABLE, chain.table).string(NFTA_CHAIN_NAME, chain.name);
  });
}

/** Asks for a chain: see `hasChain`. */
export function getChain(chain: NftChain): NetlinkRequest {
  return nftMessage(NftMessage.getChain, 0, chain.family, `get chain ${describe(chain)}`, (writer) => {
    writer.string(NFTA_CHAIN_TABLE, chain.table).string(NFTA_CHAIN_NAME, chain.name);
  });
}

function describe({ family, table, name }: NftChain): string {
  return `${family} ${table} ${name}`;
}
