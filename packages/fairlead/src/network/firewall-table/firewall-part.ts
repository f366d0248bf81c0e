import type { NetlinkRequest, NetlinkSocket } from "@fairlead/netlink";
import {
  addChain,
  addRule,
  addSet,
  addTable,
  type ChainHook,
  flushChain,
  hasSet,
  listRules,
  type NftChain,
  type NftExpression,
  type NftSet,
} from "@fairlead/netlink/nftables";
import { hostTable, type TableFamily } from "./host-table.ts";

/** A chain with all its rules. */
export interface FirewallChain {
  readonly chain: NftChain;
  /** Where the kernel calls it; absent where rules or elements lead to it. */
  readonly hook?: ChainHook;
  readonly rules: readonly (readonly NftExpression[])[];
}

/** What a driver needs in our table before its elements mean anything: chains and sets, made once a host, or once a subnet. */
export interface FirewallPart {
  /** Parts of the same name are the same. */
  readonly name: string;
  readonly family: TableFamily;
  /** In an order in which rules may jump: all chains are made before the first rule. At least one rule in all. */
  readonly chains: readonly [FirewallChain, ...FirewallChain[]];
  readonly sets: readonly NftSet[];
}

/** Makes a part whatever is there of it: chains get their rules anew, sets keep their elements. All of it in one batch. */
export function partRequests({ family, chains, sets }: FirewallPart): NetlinkRequest[] {
  return [
    addTable(hostTable(family)),
    ...chains.map(({ chain, hook }) => addChain(chain, hook)),
    ...sets.map((set) => addSet(set)),
    ...chains.map(({ chain }) => flushChain(chain)),
    ...chains.flatMap(({ chain, rules }) => rules.map((rule) => addRule(chain, rule))),
  ];
}

/** Whether a part is there as far as can be told by counting. */
export function isPartThere(socket: NetlinkSocket, { chains, sets }: FirewallPart): boolean {
  return (
    sets.every((set) => hasSet(socket, set)) &&
    chains.every(({ chain, rules }) => listRules(socket, chain).length === rules.length)
  );
}
