export { addChain, type ChainHook, ChainPriority, deleteChain, type NftChain } from "./chain.ts";
export { MAX_COMMENT_BYTES } from "./comment.ts";
export type { NftDataType } from "./data-type.ts";
export { type AddElementsOptions, addElements, deleteElements, type NftElement, type NftKey } from "./element.ts";
export { AddressType, loadAddressType } from "./expression/address-type.ts";
export { bitwise } from "./expression/bitwise.ts";
export { compare } from "./expression/compare.ts";
export {
  ConnectionState,
  ConnectionStatus,
  loadConnection,
  loadConnectionAddress,
  loadConnectionPort,
  setConnectionMark,
} from "./expression/connection.ts";
export { counter } from "./expression/counter.ts";
export type { NftExpression } from "./expression/expression.ts";
export { loadValue, verdict } from "./expression/immediate.ts";
export { lookupMap, lookupSet, lookupVerdict } from "./expression/lookup.ts";
export { loadMeta, type MetaKey, setMark } from "./expression/meta.ts";
export { dnat, masquerade, type NatTarget, snat } from "./expression/nat.ts";
export { field, loadPayload, type PayloadField } from "./expression/payload.ts";
export type { Register } from "./expression/register.ts";
export type { NftFamily } from "./family.ts";
export { readGeneration } from "./generation.ts";
export {
  findElement,
  hasChain,
  hasSet,
  hasTable,
  type ListedRule,
  type ListedSet,
  listElements,
  listRules,
  listSets,
} from "./list.ts";
export { addRule, deleteRule, flushChain, type RuleOptions } from "./rule.ts";
export { addSet, deleteSet, type NftSet } from "./set.ts";
export { addTable, deleteTable, type NftTable } from "./table.ts";
export { isStale, type TransactionOptions, transact } from "./transaction.ts";
export { be16, interfaceName, u8, u32 } from "./value.ts";
export type { NftVerdict } from "./verdict.ts";
