import assert from "node:assert/strict";
import { test } from "node:test";
import { addElements, deleteElements, getElement, joinParts } from "./element.ts";
import type { NftSet } from "./set.ts";
import { be16, u8 } from "./value.ts";

const addresses: NftSet = { family: "ip", table: "fairlead", name: "addrs", key: ["ipv4_addr"] };
const verdicts: NftSet = { family: "ip", table: "fairlead", name: "masq", key: ["ipv4_addr"], data: "verdict" };
const ports: NftSet = {
  family: "ip",
  table: "fairlead",
  name: "ports",
  key: ["inet_proto", "inet_service"],
  data: ["ipv4_addr", "inet_service"],
};

/** What nft 1.0.6 sends (`nft --debug=mnl`), without the set's number in the batch, which names make needless. */
const GOLDEN = {
  withComment:
    "020000000d000100666169726c65616400000000" +
    "0a0002006164647273000000" +
    "28000380240001800c000180080001000a01000213000600000d626c7565206331206574683000" +
    "00",
  verdict:
    "020000000d000100666169726c65616400000000" +
    "090002006d61737100000000" +
    "400003803c0001800c000180080001000a01000218000280140002800800" +
    "0100fffffffd080002007375620013000600000d626c756520633120657468300000",
  parts:
    "020000000d000100666169726c65616400000000" +
    "0a000200706f727473000000" +
    "2800038024000180100001800c0001000600000000500000100002800c0001000a0100021f900000",
};

test("elements are as nft sends them", () => {
  const key = [Buffer.from([10, 1, 0, 2])];
  const comment = "blue c1 eth0";
  const hex = (requests: readonly { payload: Uint8Array }[]) =>
    requests.map(({ payload }) => Buffer.from(payload).toString("hex"));
  assert.deepEqual(hex(addElements(addresses, [{ key, comment }])), [GOLDEN.withComment]);
  const jump = { key, data: { kind: "jump", chain: "sub" } as const, comment };
  assert.deepEqual(hex(addElements(verdicts, [jump])), [GOLDEN.verdict]);
  const port = { key: [u8(6), be16(80)], data: [Buffer.from([10, 1, 0, 2]), be16(8080)] };
  assert.deepEqual(hex(addElements(ports, [port])), [GOLDEN.parts]);
});

test("adding makes what is missing, or insists; deleting and asking name the keys alone", () => {
  const element = { key: [u8(6), be16(80)], data: [Buffer.from([10, 1, 0, 2]), be16(8080)] };
  const summary = (request: { type: number; flags: number } | undefined) => [request?.type, request?.flags];
  assert.deepEqual(summary(addElements(ports, [element])[0]), [0xa0c, 0x400]);
  assert.deepEqual(summary(addElements(ports, [element], { exclusive: true })[0]), [0xa0c, 0x600]);
  assert.deepEqual(summary(deleteElements(ports, [element.key])[0]), [0xa0e, 0]);
  assert.deepEqual(summary(getElement(ports, element.key)), [0xa0d, 0]);
  assert.deepEqual(deleteElements(ports, [element.key])[0]?.payload, getElement(ports, element.key).payload);
  assert.deepEqual(addElements(ports, []), []);
});

test("many elements are split over messages that each fit a length of 16 bits", () => {
  const elements = Array.from({ length: 5000 }, (_, i) => ({
    key: [u8(6), be16(i)],
    data: [Buffer.alloc(4), be16(80)],
    comment: "x".repeat(100),
  }));
  const requests = addElements(ports, elements);
  assert.ok(requests.length > 1);
  assert.ok(requests.every(({ payload }) => payload.length <= 0xffff));
  const longest = addElements(addresses, [{ key: [Buffer.alloc(4)], comment: "x".repeat(251) }]);
  assert.equal(longest.length, 1);
});

test("parts are padded to four bytes; alone they are not", () => {
  assert.equal(joinParts(["inet_service"], [be16(80)]).toString("hex"), "0050");
  assert.equal(joinParts(["inet_proto", "inet_service"], [u8(6), be16(80)]).toString("hex"), "0600000000500000");
  const refused = { code: "NETLINK_ARGUMENT_INVALID" };
  assert.throws(() => joinParts(["inet_service"], [u8(6)]), refused);
  assert.throws(() => joinParts(["inet_proto", "inet_service"], [u8(6)]), refused);
  assert.throws(() => joinParts(["inet_proto"], [u8(6), be16(80)]), refused);
  const key = [Buffer.alloc(4)];
  assert.throws(() => addElements(addresses, [{ key, data: [be16(80)] }]), refused);
  assert.throws(() => addElements(verdicts, [{ key, data: [be16(80)] }]), refused);
  assert.throws(() => addElements(ports, [{ key: [u8(6), be16(80)], data: { kind: "drop" } }]), refused);
});
