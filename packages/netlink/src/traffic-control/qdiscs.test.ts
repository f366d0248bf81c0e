/**
 * Golden messages: what tc of iproute2 6.1.0 sent (`strace -e trace=sendmsg -e write=all tc …`) to link 3, from behind the message header on. Of what
 * tc sends for rates, the table of times and the two fields that only say how to read it (cell_log, cell_align) are left out: the kernel ignores them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetlinkRequest } from "../message/message.ts";
import { TrafficHandle, trafficHandle } from "./handle.ts";
import { addHtb, addHtbClass } from "./htb.ts";
import { addIngress } from "./ingress.ts";
import { deleteQdisc, readQdisc } from "./qdisc.ts";
import { addTbf, readTbf } from "./tbf.ts";

const linkIndex = 3;
const { root, ingress } = TrafficHandle;

function check(request: NetlinkRequest, type: number, flags: number, ...hex: string[]): void {
  assert.equal(request.payload instanceof Buffer && request.payload.toString("hex"), hex.join(""));
  assert.deepEqual([request.type, request.flags], [type, flags]);
}

test("tc qdisc add dev vh root handle 1: tbf rate 1mbit burst 32kbit latency 25ms", () => {
  const tbf = { rateBytesPerSecond: 125_000, bufferTicks: 0x7d000, limitBytes: 7221, burstBytes: 4096 };
  check(
    addTbf({ linkIndex, parent: root, handle: trafficHandle(1), ...tbf }),
    36,
    0x600,
    "000000000300000000000100ffffffff00000000",
    "0800010074626600",
    "34000200",
    "28000100000100000000000048e8010000000000000000000000000035 1c000000d0070000000000".replace(" ", ""),
    "0800060000100000",
  );
});

test("tc qdisc add dev vh root handle 1: tbf rate 40gbit burst 1mb limit 2mb", () => {
  const tbf = { rateBytesPerSecond: 5_000_000_000, bufferTicks: 0xee4, limitBytes: 0x200000, burstBytes: 0x100000 };
  const request = addTbf({ linkIndex, parent: root, handle: trafficHandle(1), ...tbf });
  check(
    request,
    36,
    0x600,
    "000000000300000000000100ffffffff00000000",
    "0800010074626600",
    "40000200",
    "280001000001000000000000ffffffff00000000000000000000000000002000e40e000000000000",
    "0800060000001000",
    "0c00040000f2052a01000000",
  );
  const { burstBytes: _, ...read } = tbf;
  assert.deepEqual(readTbf(readQdisc(Buffer.from(request.payload))), read);
});

test("tc qdisc add dev vh root handle 1: htb default 10, and its classes", () => {
  check(
    addHtb({ linkIndex, parent: root, handle: trafficHandle(1), defaultClass: 0x10 }),
    36,
    0x600,
    "000000000300000000000100ffffffff00000000",
    "0800010068746200",
    "1c000200",
    "18000200030000000a000000100000000000000000000000",
  );
  // tc class add dev vh parent 1: classid 1:10 htb rate 50mbit ceil 100mbit burst 64k cburst 64k
  check(
    addHtbClass({
      linkIndex,
      parent: trafficHandle(1),
      classId: trafficHandle(1, 0x10),
      rateBytesPerSecond: 6_250_000,
      ceilBytesPerSecond: 12_500_000,
      bufferTicks: 0x27ff4,
      ceilBufferTicks: 0x13ff2,
    }),
    40,
    0x600,
    "0000000003000000100001000000010000000000",
    "0800010068746200",
    "34000200",
    "3000010000010000000000001 05e5f00000100000000000020bcbe00f47f0200f23f0100000000000000000000000000".replace(
      " ",
      "",
    ),
  );
  // tc class add dev vh parent 1: classid 1:20 htb rate 40gbit
  check(
    addHtbClass({
      linkIndex,
      parent: trafficHandle(1),
      classId: trafficHandle(1, 0x20),
      rateBytesPerSecond: 5_000_000_000,
      bufferTicks: 0,
      ceilBufferTicks: 0,
    }),
    40,
    0x600,
    "0000000003000000200001000000010000000000",
    "0800010068746200",
    "4c000200",
    "0c00060000f2052a01000000",
    "0c00070000f2052a01000000",
    "300001000001000000000000ffffffff0001000000000000ffffffff0000000000000000000000000000000000000000",
  );
});

test("tc qdisc add dev vh ingress", () => {
  check(addIngress({ linkIndex }), 36, 0x600, "00000000030000000000fffff1ffffff00000000", "0c000100696e677265737300");
});

test("tc qdisc del dev vh root", () => {
  check(deleteQdisc({ linkIndex, parent: root }), 37, 0, "000000000300000000000000ffffffff00000000");
  assert.equal(deleteQdisc({ linkIndex, parent: ingress }).operation, "delete the qdisc ingress of link 3");
});

test("what does not fit is refused before it is written", () => {
  const code = "NETLINK_ARGUMENT_INVALID";
  const place = { linkIndex, parent: root, handle: trafficHandle(1) };
  const tbf = { rateBytesPerSecond: 1, bufferTicks: 1, limitBytes: 1 };
  assert.throws(() => addTbf({ ...place, ...tbf, linkIndex: 0 }), { code });
  assert.throws(() => addTbf({ ...place, ...tbf, rateBytesPerSecond: 0 }), { code });
  assert.throws(() => addTbf({ ...place, ...tbf, rateBytesPerSecond: 1.5 }), { code });
  assert.throws(() => addTbf({ ...place, ...tbf, limitBytes: 2 ** 32 }), { code });
  assert.throws(() => addTbf({ ...place, ...tbf, bufferTicks: -1 }), { code });
  assert.throws(() => addHtb({ ...place, defaultClass: 2 ** 32 }), { code });
  assert.throws(() => trafficHandle(0x10000), { code });
});
