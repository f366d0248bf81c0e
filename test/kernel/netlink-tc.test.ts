import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, test } from "node:test";
import {
  addHtb,
  addHtbClass,
  addIngress,
  addTbf,
  addU32Filter,
  createIfb,
  createVeth,
  deleteFilter,
  deleteLink,
  deleteQdisc,
  EtherType,
  findLink,
  findQdisc,
  isRefusal,
  listFilters,
  listQdiscs,
  NetlinkProtocol,
  NetlinkSocket,
  PacketClock,
  readTbf,
  TrafficHandle,
  trafficHandle,
  u32Key,
} from "@fairlead/netlink";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const { root, ingress, ingressQdisc } = TrafficHandle;
const socket = NetlinkSocket.open(NetlinkProtocol.route);
const clock = PacketClock.read();
let linkIndex = 0;
let ifbIndex = 0;

beforeEach(() => {
  socket.requestAll([
    createVeth({ name: "vh", up: true, peer: { name: "vc" } }),
    createIfb({ name: "shaper", up: true }),
  ]);
  linkIndex = indexOf("vh");
  ifbIndex = indexOf("shaper");
});

afterEach(() => {
  socket.requestAll([deleteLink(linkIndex), deleteLink(ifbIndex)]);
});

function indexOf(name: string): number {
  return findLink(socket, name)?.index ?? assert.fail(`no link ${name}`);
}

/** The elements that tc lists; other than iproute2's own JSON parser we take keys that come twice (the matches of a u32) for a list. */
function tc(...argv: string[]): Record<string, unknown>[] {
  const text = execFileSync("tc", ["-j", ...argv], { encoding: "utf8" });
  let count = 0;
  return JSON.parse(text.replaceAll('"match":', () => `"match${count++}":`));
}

const qdiscs = () => tc("qdisc", "show", "dev", "vh");

test("a token bucket as tc shows it", () => {
  const [rateBytesPerSecond, burst] = [1_000_000, 100_000];
  const shape = {
    rateBytesPerSecond,
    bufferTicks: clock.transmitTicks(burst, rateBytesPerSecond),
    limitBytes: rateBytesPerSecond / 40 + burst,
  };
  const place = { linkIndex, parent: root };
  socket.request(addTbf({ ...place, handle: trafficHandle(1), ...shape }));
  assert.deepEqual(qdiscs(), [
    { kind: "tbf", handle: "1:", root: true, refcnt: 3, options: { rate: 1_000_000, burst: 100_000, lat: 25_000 } },
  ]);
  const qdisc = findQdisc(socket, place) ?? assert.fail("no qdisc");
  assert.deepEqual(readTbf(qdisc), shape);
  assert.deepEqual(listQdiscs(socket, { linkIndex }), [qdisc]);
  assert.throws(
    () => socket.request(addTbf({ ...place, handle: trafficHandle(1), ...shape })),
    (error) => isRefusal(error, "EEXIST"),
  );

  socket.request(deleteQdisc(place));
  assert.equal(findQdisc(socket, place), undefined);
  assert.deepEqual(
    qdiscs().map(({ kind }) => kind),
    ["noqueue"],
  );
  assert.throws(
    () => socket.request(deleteQdisc(place)),
    (error) => isRefusal(error, "ENOENT"),
  );
});

test("rates that 32 bits do not hold, and a burst in bytes", () => {
  const shape = { rateBytesPerSecond: 5_000_000_000, limitBytes: 2_000_000, burstBytes: 1_000_000 };
  // the kernel reckons them itself: 200 microseconds less a rounding
  const bufferTicks = clock.transmitTicks(shape.burstBytes, shape.rateBytesPerSecond) - 1;
  socket.request(addTbf({ linkIndex, parent: root, handle: trafficHandle(1), bufferTicks, ...shape }));
  const [qdisc] = listQdiscs(socket, { linkIndex });
  assert.deepEqual(qdisc && readTbf(qdisc), { rateBytesPerSecond: 5_000_000_000, limitBytes: 2_000_000, bufferTicks });
  assert.match(execFileSync("tc", ["qdisc", "show", "dev", "vh"], { encoding: "utf8" }), /rate 40Gbit burst 995000b/);
});

test("a hierarchy with classes, and filters that choose one", () => {
  const handle = trafficHandle(1);
  const [slow, fast] = [trafficHandle(1, 0x10), trafficHandle(1, 0x20)];
  const shape = (bytes: number) => ({
    rateBytesPerSecond: bytes,
    bufferTicks: clock.transmitTicks(64_000, bytes),
    ceilBufferTicks: clock.transmitTicks(64_000, 12_500_000),
    ceilBytesPerSecond: 12_500_000,
  });
  const filter = { linkIndex, parent: handle, pref: 5, protocol: EtherType.ip };
  socket.requestAll([
    addHtb({ linkIndex, parent: root, handle, defaultClass: 0x10 }),
    addHtbClass({ linkIndex, parent: handle, classId: slow, ...shape(125_000) }),
    addHtbClass({ linkIndex, parent: handle, classId: fast, ...shape(6_250_000) }),
    addU32Filter({
      ...filter,
      keys: [
        { offset: 16, value: 0x0a000001, mask: 0xffffffff },
        u32Key({ bits: 16, offset: 22, value: 80, mask: 0xffff }),
      ],
      classId: fast,
    }),
  ]);
  assert.deepEqual(
    qdiscs().map(({ kind, handle, options }) => [kind, handle, options]),
    [["htb", "1:", { r2q: 10, default: "0x10", direct_packets_stat: 0, direct_qlen: 1000 }]],
  );
  const classes = execFileSync("tc", ["class", "show", "dev", "vh"], { encoding: "utf8" }).trim().split("\n");
  assert.deepEqual(classes.map((line) => line.trim()).toSorted(), [
    "class htb 1:10 root prio 0 rate 1Mbit ceil 100Mbit burst 64000b cburst 64000b",
    "class htb 1:20 root prio 0 rate 50Mbit ceil 100Mbit burst 64000b cburst 64000b",
  ]);
  assert.deepEqual(tc("filter", "show", "dev", "vh", "parent", "1:").at(-1), {
    protocol: "ip",
    pref: 5,
    kind: "u32",
    chain: 0,
    options: {
      fh: "800::800",
      order: 2048,
      key_ht: "800",
      bkt: "0",
      flowid: "1:20",
      not_in_hw: true,
      match0: { value: "a000001", mask: "ffffffff", offmask: "", off: 16 },
      match1: { value: "50", mask: "ffff", offmask: "", off: 20 },
    },
  });
  assert.deepEqual(listFilters(socket, { linkIndex, parent: handle }), [
    {
      ...filter,
      handle: 0x80000800,
      kind: "u32",
      u32: {
        keys: [
          { offset: 16, value: 0x0a000001, mask: 0xffffffff },
          { offset: 20, value: 80, mask: 0xffff },
        ],
        classId: fast,
        actions: [],
      },
    },
  ]);
});

test("what a link receives is redirected and mirrored", () => {
  const filter = { linkIndex, parent: ingressQdisc, keys: [] };
  socket.requestAll([
    addIngress({ linkIndex }),
    addU32Filter({
      ...filter,
      pref: 1,
      protocol: EtherType.arp,
      actions: [
        { kind: "mirror", linkIndex: ifbIndex },
        { kind: "redirect", linkIndex: indexOf("lo") },
      ],
    }),
    addU32Filter({ ...filter, pref: 2, protocol: EtherType.all, classId: trafficHandle(0xffff, 1) }),
    addU32Filter({ ...filter, pref: 2, protocol: EtherType.all, handle: 0x801 * 0x100000 + 5, classId: 1 }),
  ]);
  assert.deepEqual(
    qdiscs().map(({ kind, handle, parent }) => [kind, handle, parent]),
    [
      ["noqueue", "0:", undefined],
      ["ingress", "ffff:", "ffff:fff1"],
    ],
  );
  assert.equal(findQdisc(socket, { linkIndex, parent: ingress })?.kind, "ingress");
  const shown = tc("filter", "show", "dev", "vh", "ingress").flatMap(({ protocol, pref, options }) => {
    // tc gives options to what is more than the head of a list; hash tables have a divisor
    const { fh, flowid, actions, ht_divisor } = (options ?? { ht_divisor: 1 }) as Record<string, unknown>;
    return ht_divisor === undefined ? [{ protocol, pref, fh, flowid, actions }] : [];
  });
  const action = (order: number, way: string, device: string, verdict: string) => ({
    order,
    kind: "mirred",
    mirred_action: way,
    direction: "egress",
    to_dev: device,
    control_action: { type: verdict },
    index: order,
    ref: 1,
    bind: 1,
  });
  assert.deepEqual(shown, [
    {
      protocol: "arp",
      pref: 1,
      fh: "800::800",
      flowid: undefined,
      actions: [action(1, "mirror", "shaper", "pipe"), action(2, "redirect", "lo", "stolen")],
    },
    { protocol: "all", pref: 2, fh: "801::5", flowid: ":1", actions: undefined },
    { protocol: "all", pref: 2, fh: "801::800", flowid: "ffff:1", actions: undefined },
  ]);
  assert.deepEqual(
    listFilters(socket, { linkIndex, parent: ingressQdisc }).map(({ handle, u32 }) => [handle, u32?.actions]),
    [
      [
        0x80000800,
        [
          { kind: "mirror", linkIndex: ifbIndex },
          { kind: "redirect", linkIndex: indexOf("lo") },
        ],
      ],
      [0x80100005, []],
      [0x80100800, []],
    ],
  );

  const rest = () => listFilters(socket, { linkIndex, parent: ingressQdisc }).map(({ handle }) => handle);
  const second = { linkIndex, parent: ingressQdisc, pref: 2, protocol: EtherType.all };
  socket.request(deleteFilter({ ...second, kind: "u32", handle: 0x80100005 }));
  assert.deepEqual(rest(), [0x80000800, 0x80100800]);
  socket.request(deleteFilter(second));
  assert.deepEqual(rest(), [0x80000800]);
  assert.throws(
    () => socket.request(deleteFilter(second)),
    (error) => isRefusal(error, "ENOENT"),
  );

  socket.request(deleteQdisc({ linkIndex, parent: ingress }));
  assert.equal(findQdisc(socket, { linkIndex, parent: ingress }), undefined);
  assert.deepEqual(
    listQdiscs(socket, { linkIndex }).map(({ kind, handle }) => [kind, handle]),
    [["noqueue", 0]],
  );
});
