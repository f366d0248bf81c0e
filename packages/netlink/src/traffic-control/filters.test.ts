/** Golden messages: what tc of iproute2 6.1.0 sent (`strace -e trace=sendmsg -e write=all tc filter …`) to link 3, from behind the message header on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { NetlinkRequest } from "../message/message.ts";
import { deleteFilter, readFilter } from "./filter.ts";
import { EtherType } from "./filter-place.ts";
import { trafficHandle } from "./handle.ts";
import { addU32Filter } from "./u32-filter.ts";
import { u32Key } from "./u32-key.ts";

const linkIndex = 3;
/** Where `tc filter … ingress` puts a filter: the half of clsact, and the same list as that of the qdisc. */
const parent = 0xfffffff2;
const HANDLE = "00000000";

function check(request: NetlinkRequest, type: number, flags: number, ...hex: string[]): void {
  assert.equal(request.payload instanceof Buffer && request.payload.toString("hex"), hex.join(""));
  assert.deepEqual([request.type, request.flags], [type, flags]);
}

test("filter add dev vh ingress protocol all pref 1 u32 match u32 0 0 action mirred egress redirect dev ifb0t", () => {
  check(
    addU32Filter({
      linkIndex,
      parent,
      pref: 1,
      protocol: EtherType.all,
      keys: [],
      actions: [{ kind: "redirect", linkIndex: 4 }],
    }),
    44,
    0x600,
    `0000000003000000${HANDLE}f2ffffff00030100`,
    "0800010075333200",
    "60000200",
    "3800070034000100",
    "0b0001006d697272656400002400028020000200",
    "00000000000000000400000000000000000000000100000004000000",
    "2400050001000100000000000000000000000000",
    "00000000000000000000000000000000",
  );
});

test("filter add … protocol ip pref 7 handle 800::5 u32 match ip protocol 1 0xff flowid 1:1 action mirred egress mirror", () => {
  check(
    addU32Filter({
      linkIndex,
      parent,
      pref: 7,
      protocol: EtherType.ip,
      handle: 0x80000005,
      keys: [u32Key({ bits: 8, offset: 9, value: 1, mask: 0xff })],
      classId: trafficHandle(1, 1),
      actions: [{ kind: "mirror", linkIndex: 4 }],
    }),
    44,
    0x600,
    "000000000300000005000080f2ffffff08000700",
    "0800010075333200",
    "68000200",
    "0800010001000100",
    "3800070034000100",
    "0b0001006d697272656400002400028020000200",
    "00000000000000000300000000000000000000000200000004000000",
    "2400050001000100000000000000000000000000",
    "00ff0000000100000800000000000000",
  );
});

test("filter add … protocol ip pref 9 u32 match u16 31000 0xfff8 at 22 match ip ihl 5 0xf flowid ffff:1", () => {
  check(
    addU32Filter({
      linkIndex,
      parent,
      pref: 9,
      protocol: EtherType.ip,
      keys: [
        u32Key({ bits: 16, offset: 22, value: 31_000, mask: 0xfff8 }),
        u32Key({ bits: 8, offset: 0, value: 5, mask: 0x0f }),
      ],
      classId: trafficHandle(0xffff, 1),
    }),
    44,
    0x600,
    `0000000003000000${HANDLE}f2ffffff08000900`,
    "0800010075333200",
    "40000200",
    "080001000100ffff",
    "3400050001000200000000000000000000000000",
    "0000fff8000079181400000000000000",
    "0f000000050000000000000000000000",
  );
});

test("filter add dev vh parent 1: protocol ip pref 5 u32 match ip dst 10.0.0.1/32 match ip dport 80 0xffff flowid 1:10", () => {
  check(
    addU32Filter({
      linkIndex,
      parent: trafficHandle(1),
      pref: 5,
      protocol: EtherType.ip,
      keys: [
        { offset: 16, value: 0x0a000001, mask: 0xffffffff },
        u32Key({ bits: 16, offset: 22, value: 80, mask: 0xffff }),
      ],
      classId: trafficHandle(1, 0x10),
    }),
    44,
    0x600,
    `0000000003000000${HANDLE}0000010008000500`,
    "0800010075333200",
    "40000200",
    "0800010010000100",
    "3400050001000200000000000000000000000000",
    "ffffffff0a0000011000000000000000",
    "0000ffff000000501400000000000000",
  );
});

test("filter del dev vh ingress pref 7 protocol ip handle 800::5 u32, and a whole preference", () => {
  check(
    deleteFilter({ linkIndex, parent, pref: 7, protocol: EtherType.ip, kind: "u32", handle: 0x80000005 }),
    45,
    0,
    "000000000300000005000080f2ffffff08000700",
    "0800010075333200",
  );
  check(
    deleteFilter({ linkIndex, parent, pref: 8, protocol: EtherType.arp }),
    45,
    0,
    "000000000300000000000000f2ffffff08060800",
  );
});

test("what is written is read back", () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const key = fc.record({
    offset: fc.integer({ min: -4, max: 100 }).map((words) => words * 4),
    mask: fc.integer({ min: 1, max: 0xffffffff }),
  });
  const keys = fc.array(fc.tuple(key, word), { maxLength: 5 });
  const action = fc
    .tuple(fc.constantFrom("redirect" as const, "mirror" as const), fc.integer({ min: 1, max: 0x7fffffff }))
    .map(([kind, index]) => ({ kind, linkIndex: index }));
  const filter = fc.record({
    pref: fc.integer({ min: 1, max: 0xffff }),
    protocol: fc.integer({ min: 0, max: 0xffff }),
    handle: fc.integer({ min: 1, max: 0xffffffff }),
    classId: fc.option(word, { nil: undefined }),
    keys: keys.map((list) => list.map(([{ offset, mask }, value]) => ({ offset, mask, value: (value & mask) >>> 0 }))),
    actions: fc.array(action, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(filter, ({ keys, classId, actions, ...place }) => {
      const { payload } = addU32Filter({ linkIndex, parent, ...place, keys, classId, actions });
      assert.deepEqual(readFilter(Buffer.from(payload)), [
        { linkIndex, parent, ...place, kind: "u32", u32: { keys, classId, actions } },
      ]);
    }),
  );
});

test("a key does not leave its word", () => {
  const code = "NETLINK_ARGUMENT_INVALID";
  assert.throws(() => u32Key({ bits: 16, offset: 23, value: 0, mask: 0 }), { code });
  assert.throws(() => u32Key({ bits: 32, offset: 2, value: 0, mask: 0 }), { code });
  assert.throws(() => u32Key({ bits: 8, offset: 0, value: 256, mask: 0xff }), { code });
  assert.deepEqual(u32Key({ bits: 16, offset: -2, value: 0x0806, mask: 0xffff }), {
    offset: -4,
    value: 0x0806,
    mask: 0xffff,
  });
});
