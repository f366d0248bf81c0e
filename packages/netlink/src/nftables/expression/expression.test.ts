import assert from "node:assert/strict";
import { test } from "node:test";
import { AttributeWriter } from "../../message/attribute-writer.ts";
import { interfaceName, u32 } from "../value.ts";
import { AddressType, loadAddressType } from "./address-type.ts";
import { bitwise } from "./bitwise.ts";
import { compare } from "./compare.ts";
import { loadConnection, loadConnectionAddress, loadConnectionPort, setConnectionMark } from "./connection.ts";
import { counter } from "./counter.ts";
import { type NftExpression, writeExpressions } from "./expression.ts";
import { loadValue, verdict } from "./immediate.ts";
import { lookupMap, lookupSet, lookupVerdict } from "./lookup.ts";
import { loadMeta, setMark } from "./meta.ts";
import { dnat, masquerade, snat } from "./nat.ts";
import { field, loadPayload } from "./payload.ts";
import { registerNumber } from "./register.ts";

/**
 * What nft 1.0.6 sends for an expression (`nft --debug=mnl`); lookups without the set's number in the batch, which names make needless; loads of
 * conntrack addresses and constants from `include/uapi/linux/netfilter/nf_tables.h`.
 */
const golden: readonly (readonly [string, NftExpression, string])[] = [
  [
    "ip daddr",
    loadPayload(field.destinationAddress.ip),
    "340001800c0001007061796c6f6164002400028008000100000000010800020000000001080003000000001008000400" + "00000004",
  ],
  [
    "th dport into the second register",
    loadPayload(field.destinationPort, 1),
    "340001800c0001007061796c6f616400240002800800010000000009080002000000000208000300000000020800040000000002",
  ],
  [
    "= 10.1.0.0/16",
    compare("==", Buffer.from([10, 1])),
    "2c00018008000100636d700020000280080001000000000108000200000000000c000380060001000a010000",
  ],
  [
    '!= "br0"',
    compare("!=", interfaceName("br0")),
    "3800018008000100636d70002c0002800800010000000001080002000000000118000380140001006272300000000000000000000000000" +
      "0",
  ],
  ["iifname", loadMeta("iifname"), "24000180090001006d657461000000001400028008000200000000060800010000000001"],
  ["meta mark set", setMark(), "24000180090001006d657461000000001400028008000200000000030800030000000001"],
  [
    "| 0x2000",
    bitwise(u32(~0x2000 >>> 0), u32(0x2000)),
    "4c0001800c00010062697477697365003c0002800800010000000001080002000000000108000600000000000800030000000004" +
      "0c00048008000100ffdfffff0c0005800800010000200000",
  ],
  [
    "return",
    verdict({ kind: "return" }),
    "300001800e000100696d6d6564696174650000001c0002800800010000000000100002800c00028008000100fffffffb",
  ],
  [
    "drop",
    verdict({ kind: "drop" }),
    "300001800e000100696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000000",
  ],
  [
    "jump sub",
    verdict({ kind: "jump", chain: "sub" }),
    "380001800e000100696d6d6564696174650000002400028008000100000000001800028014000280" +
      "08000100fffffffd0800020073756200",
  ],
  [
    "load 10.1.0.2",
    loadValue(Buffer.from([10, 1, 0, 2])),
    "2c0001800e000100696d6d656469617465000000180002800800010000000001" + "0c000280080001000a010002",
  ],
  [
    "@addrs",
    lookupSet("addrs"),
    "280001800b0001006c6f6f6b75700000180002800800020000000001" + "0a0001006164647273000000",
  ],
  [
    "!= @addrs",
    lookupSet("addrs", { inverted: true }),
    "300001800b0001006c6f6f6b75700000200002800800020000000001" + "0a00010061646472730000000800050000000001",
  ],
  [
    "map @ports",
    lookupMap("ports"),
    "300001800b0001006c6f6f6b757000002000028008000200000000010800030000000001" + "0a000100706f727473000000",
  ],
  [
    "vmap @masq",
    lookupVerdict("masq"),
    "300001800b0001006c6f6f6b757000002000028008000200000000010800030000000000" + "090001006d61737100000000",
  ],
  [
    "fib daddr type",
    loadAddressType("destination"),
    "2800018008000100666962001c000280080003000000000208000200000000030800010000000001",
  ],
  [
    "local",
    compare("==", AddressType.local),
    "2c00018008000100636d700020000280080001000000000108000200000000000c0003800800010002000000",
  ],
  ["ct state", loadConnection("state"), "20000180070001006374000014000280080002000000000008000100" + "00000001"],
  ["ct status", loadConnection("status"), "20000180070001006374000014000280080002000000000208000100" + "00000001"],
  ["ct mark set", setConnectionMark(), "20000180070001006374000014000280080002000000000308000400" + "00000001"],
  [
    "ct original ip daddr",
    loadConnectionAddress("ip", "destination", "original"),
    "2800018007000100637400001c000280080002000000001408000100000000010500030000000000",
  ],
  [
    "ct reply proto-src",
    loadConnectionPort("source", "reply"),
    "2800018007000100637400001c000280080002000000000b08000100000000010500030001000000",
  ],
  [
    "dnat ip to address and port",
    dnat({ family: "ip", address: 0, port: 1 }),
    "30000180080001006e617400240002800800010000000001080002000000000208000300000000010800050000000009",
  ],
  [
    "snat ip6 to address",
    snat({ family: "ip6", address: 4 }),
    "28000180080001006e6174001c000280080001000000000008000200" + "0000000a0800030000000002",
  ],
  ["masquerade", masquerade(), "14000180090001006d6173710000000004000280"],
  ["counter", counter(), "2c0001800c000100636f756e746572001c0002800c00010000000000000000000c0002000000000000000000"],
];

for (const [name, expression, expected] of golden) {
  test(`${name} is as nft sends it`, () => {
    const writer = new AttributeWriter();
    writeExpressions(writer, [expression]);
    assert.equal(writer.toBytes().toString("hex"), expected);
  });
}

test("every fourth register has one of the old numbers", () => {
  assert.deepEqual([0, 1, 3, 4, 5, 8, 12, 15].map(registerNumber), [1, 9, 11, 2, 13, 3, 4, 23]);
});
