import assert from "node:assert/strict";
import { test } from "node:test";
import { NetlinkError } from "../../errors.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import type { IpAddress, IpPrefix } from "../ip-address.ts";
import { Scope } from "../scope.ts";
import { addRoute, addRouteBeside, deleteRoute, replaceRoute } from "./change-route.ts";

const v4 = (...bytes: number[]): IpAddress => ({ family: 4, bytes: Uint8Array.from(bytes) });
const v6 = (hex: string): IpAddress => ({ family: 6, bytes: Buffer.from(hex.padEnd(32, "0"), "hex") });
const to = (address: IpAddress, prefixLength: number): IpPrefix => ({ address, prefixLength });
const FD00_1 = v6("fd000000000000000000000000000001");
const FD00_2 = v6("fd000000000000000000000000000002");

// The bytes are what iproute2 6.1.0 gave to sendmsg(2) for the command before them, the header of 16 bytes taken off.
const ADD = { type: 24, flags: 0x600 };
const REPLACE = { type: 24, flags: 0x500 };
const DELETE = { type: 25, flags: 0 };

const GOLDEN: [command: string, request: NetlinkRequest, { type: number; flags: number }, hex: string][] = [
  [
    "ip route add default via 10.0.0.1 dev v0",
    addRoute({ gateway: v4(10, 0, 0, 1), index: 3 }),
    ADD,
    "02000000fe03000100000000080005000a0000010800040003000000",
  ],
  [
    "ip route add 10.5.0.0/16 via 10.0.0.1",
    addRoute({ destination: to(v4(10, 5, 0, 0), 16), gateway: v4(10, 0, 0, 1) }),
    ADD,
    "02100000fe03000100000000080001000a050000080005000a000001",
  ],
  [
    "ip route add 10.6.0.0/16 dev v0 src 10.0.0.2 scope link table 100 priority 5 mtu 1300 advmss 1260",
    addRoute({
      destination: to(v4(10, 6, 0, 0), 16),
      index: 3,
      source: v4(10, 0, 0, 2),
      scope: Scope.link,
      table: 100,
      priority: 5,
      mtu: 1300,
      advmss: 1260,
    }),
    ADD,
    "021000006403fd0100000000080001000a060000080007000a00000208000600050000000800040003000000" +
      "14000800080002001405000008000800ec040000",
  ],
  [
    "ip route add 10.6.0.0/16 dev v0 table 1000 priority 5",
    addRoute({ destination: to(v4(10, 6, 0, 0), 16), index: 3, table: 1000, priority: 5 }),
    ADD,
    "021000000003fd0100000000080001000a06000008000f00e803000008000600050000000800040003000000",
  ],
  [
    "ip route add 10.7.0.1/32 via 192.168.9.9 dev v0 onlink",
    addRoute({ destination: to(v4(10, 7, 0, 1), 32), gateway: v4(192, 168, 9, 9), index: 3, onlink: true }),
    ADD,
    "02200000fe03000104000000080001000a07000108000500c0a809090800040003000000",
  ],
  [
    "ip route replace 10.5.0.0/16 via 10.0.0.4",
    replaceRoute({ destination: to(v4(10, 5, 0, 0), 16), gateway: v4(10, 0, 0, 4) }),
    REPLACE,
    "02100000fe03000100000000080001000a050000080005000a000004",
  ],
  [
    "ip route prepend 10.5.0.0/16 via 10.0.0.4",
    addRouteBeside({ destination: to(v4(10, 5, 0, 0), 16), gateway: v4(10, 0, 0, 4) }),
    { type: ADD.type, flags: 0x400 },
    "02100000fe03000100000000080001000a050000080005000a000004",
  ],
  [
    "ip route del 10.5.0.0/16",
    deleteRoute({ destination: to(v4(10, 5, 0, 0), 16) }),
    DELETE,
    "02100000fe00ff0000000000080001000a050000",
  ],
  [
    "ip route del default via 10.0.0.1",
    deleteRoute({ gateway: v4(10, 0, 0, 1) }),
    DELETE,
    "02000000fe00ff0000000000080005000a000001",
  ],
  [
    "ip -6 route add default via fd00::1 dev v0",
    addRoute({ destination: to(v6(""), 0), gateway: FD00_1, index: 3 }),
    ADD,
    "0a000000fe0300010000000014000100000000000000000000000000000000001400050" +
      "0fd0000000000000000000000000000010800040003000000",
  ],
  [
    "ip -6 route add fd01::/64 dev v0 src fd00::2 metric 7",
    addRoute({ destination: to(v6("fd01"), 64), index: 3, source: FD00_2, priority: 7 }),
    ADD,
    "0a400000fe0300010000000014000100fd01000000000000000000000000000014000700fd000000000000000000000000000002" +
      "08000600070000000800040003000000",
  ],
  [
    "ip -6 route del default",
    deleteRoute({ destination: to(v6(""), 0) }),
    DELETE,
    "0a000000fe000000000000001400010000000000000000000000000000000000",
  ],
];

for (const [command, { type, flags, payload }, header, hex] of GOLDEN) {
  test(`the bytes of ${command}`, () => {
    assert.equal(Buffer.from(payload).toString("hex"), hex);
    assert.deepEqual({ type, flags }, header);
  });
}

const REFUSED: [what: string, request: () => NetlinkRequest][] = [
  ["a route of no family", () => addRoute({ index: 3 })],
  ["a route of two families", () => addRoute({ destination: to(v4(10, 0, 0, 0), 8), gateway: FD00_1 })],
  ["a family that contradicts", () => addRoute({ gateway: FD00_1, family: 4 })],
  ["an index", () => addRoute({ family: 4, index: 0 })],
  ["a table", () => addRoute({ family: 4, index: 1, table: -1 })],
  ["a priority", () => addRoute({ family: 4, index: 1, priority: 2 ** 32 })],
  ["an MTU", () => addRoute({ family: 4, index: 1, mtu: 1.5 })],
  ["a scope", () => addRoute({ family: 4, index: 1, scope: 256 })],
  ["a prefix that is too long", () => addRoute({ destination: to(v4(10, 0, 0, 0), 33), index: 1 })],
  ["a gateway of five bytes", () => addRoute({ gateway: v4(1, 2, 3, 4, 5) })],
];

for (const [what, request] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(request, (error) => error instanceof NetlinkError && error.code === "NETLINK_ARGUMENT_INVALID");
  });
}

test("the operation names destination, gateway and link", () => {
  assert.equal(
    addRoute({ gateway: v4(10, 0, 0, 1), index: 3 }).operation,
    "add the default route by 10.0.0.1 on link 3",
  );
  assert.equal(deleteRoute({ destination: to(v4(10, 5, 0, 0), 16) }).operation, "delete the route to 10.5.0.0/16");
});
