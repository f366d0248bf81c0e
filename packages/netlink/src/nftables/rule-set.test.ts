import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetlinkRequest } from "../message/message.ts";
import { addChain, deleteChain } from "./chain.ts";
import { deleteRule, flushChain } from "./rule.ts";
import { addSet, deleteSet } from "./set.ts";
import { addTable, deleteTable } from "./table.ts";
import { batchBegin, batchEnd, isStale } from "./transaction.ts";
import { interfaceName } from "./value.ts";

const table = { family: "ip", table: "fairlead" } as const;
const hex = ({ payload }: NetlinkRequest) => Buffer.from(payload).toString("hex");

// what nft 1.0.6 sends (`nft --debug=mnl`), sets of the user data the order of bytes alone, the rest it finds out itself
const TABLE = "020000000d000100666169726c65616400000000";
const REGULAR_CHAIN = `${TABLE}0800030073756200`;
const BASE_CHAIN = `${TABLE}09000300706f737400000000080007006e61740008000500000000011400048008000100000000040800020000000064`;
const NEGATIVE_PRIORITY = `${TABLE}0800030070726500080007006e617400080005000000000114000480080001000000000008000200ffffff9c`;
const VERDICT_MAP = `${TABLE}090002006d6173710000000008000300000000080800040000000007080005000000000408000600ffffff00080007000000000008000a000000000110000d00000402000000010400000000`;
const MAP = `${TABLE}0a000200706f7274730000000800030000000008080004000000030d080005000000000808000600000001cd080007000000000808000a000000000110000d00000400000000010400000000`;
const SET = `${TABLE}0a000200616464727300000008000300000000000800040000000007080005000000000408000a00000000010a000d000004020000000000`;

test("tables, chains and sets are as nft sends them", () => {
  assert.equal(hex(addTable({ family: "ip", name: "fairlead" })), `${TABLE}0800020000000000`);
  assert.equal(hex(addChain({ ...table, name: "sub" })), REGULAR_CHAIN);
  assert.equal(
    hex(addChain({ ...table, name: "post" }, { type: "nat", hook: "postrouting", priority: 100 })),
    BASE_CHAIN,
  );
  assert.equal(
    hex(addChain({ ...table, name: "pre" }, { type: "nat", hook: "prerouting", priority: -100 })),
    NEGATIVE_PRIORITY,
  );
  assert.equal(hex(addSet({ ...table, name: "masq", key: ["ipv4_addr"], data: "verdict" })), VERDICT_MAP);
  assert.equal(
    hex(
      addSet({
        ...table,
        name: "ports",
        key: ["inet_proto", "inet_service"],
        data: ["ipv4_addr", "inet_service"],
      }),
    ),
    MAP,
  );
  assert.equal(hex(addSet({ ...table, name: "addrs", key: ["ipv4_addr"] })), SET);
});

test("the order of bytes, and a comment, are user data of a set", () => {
  // `nft add set ip t b '{ type mark; comment "hello"; }'`, the set's number in the batch changed to ours
  const golden =
    "02000000060001007400000006000200620000000800030000000000" +
    "0800040000000013080005000000000408000a0000000001" +
    "12000d00000401000000070668656c6c6f000000";
  assert.equal(hex(addSet({ family: "ip", table: "t", name: "b", key: ["mark"], comment: "hello" })), golden);
});

test("what is deleted is named, rules by their handle", () => {
  const chain = { ...table, name: "sub" };
  assert.equal(hex(deleteTable({ family: "ip", name: "fairlead" })), TABLE);
  assert.equal(hex(deleteChain(chain)), REGULAR_CHAIN);
  assert.equal(hex(flushChain(chain)), `${TABLE}0800020073756200`);
  assert.equal(hex(deleteRule(chain, 7n)), `${TABLE}08000200737562000c0003000000000000000007`);
  assert.equal(hex(deleteSet({ ...table, name: "addrs" })), `${TABLE}0a0002006164647273000000`);
});

test("a batch is opened and closed for nf_tables, on demand for one generation", () => {
  // `struct nfgenmsg` with the number of nf_tables, 10, in network order; NFNL_BATCH_GENID
  assert.deepEqual([batchBegin().type, hex(batchBegin())], [16, "0000000a"]);
  assert.equal(hex(batchBegin(0x01020304)), "0000000a0800010001020304");
  assert.deepEqual([batchEnd().type, hex(batchEnd())], [17, "0000000a"]);
  assert.equal(isStale(undefined), false);
});

test("names of interfaces fill 16 bytes", () => {
  assert.equal(interfaceName("br0").toString("hex"), `627230${"00".repeat(13)}`);
  assert.equal(interfaceName("a".repeat(15)).length, 16);
  assert.throws(() => interfaceName("a".repeat(16)), { code: "NETLINK_ARGUMENT_INVALID" });
});
