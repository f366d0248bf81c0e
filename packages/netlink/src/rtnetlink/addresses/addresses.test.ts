import assert from "node:assert/strict";
import { test } from "node:test";
import { NetlinkError } from "../../errors.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import type { IpAddress } from "../ip-address.ts";
import { Scope } from "../scope.ts";
import { addAddress, broadcastAddress, deleteAddress } from "./change-address.ts";

const v4 = (...bytes: number[]): IpAddress => ({ family: 4, bytes: Uint8Array.from(bytes) });
const v6 = (hex: string): IpAddress => ({ family: 6, bytes: Buffer.from(hex, "hex") });
const FD00_2 = v6("fd000000000000000000000000000002");

// The bytes are what iproute2 6.1.0 gave to sendmsg(2) for the command before them, the header of 16 bytes taken off.
const NEW = { type: 20, flags: 0x600 };
const DELETE = { type: 21, flags: 0 };

const GOLDEN: [command: string, request: NetlinkRequest, { type: number; flags: number }, hex: string][] = [
  [
    "ip addr add 10.0.0.2/24 dev v0",
    addAddress(3, { address: v4(10, 0, 0, 2), prefixLength: 24 }),
    NEW,
    "0218000003000000080002000a000002080001000a000002",
  ],
  [
    "ip addr add 10.0.0.3/24 broadcast 10.0.0.255 dev v0 scope link",
    addAddress(3, {
      address: v4(10, 0, 0, 3),
      prefixLength: 24,
      broadcast: v4(10, 0, 0, 255),
      scope: Scope.link,
    }),
    NEW,
    "021800fd03000000080002000a000003080004000a0000ff080001000a000003",
  ],
  [
    "ip addr add fd00::2/64 dev v0 nodad",
    addAddress(3, { address: FD00_2, prefixLength: 64, noDad: true }),
    NEW,
    "0a4002000300000014000200fd00000000000000000000000000000214000100fd000000000000000000000000000002",
  ],
  [
    "ip addr del 10.0.0.3/24 dev v0",
    deleteAddress(3, { address: v4(10, 0, 0, 3), prefixLength: 24 }),
    DELETE,
    "0218000003000000080002000a000003080001000a000003",
  ],
];

for (const [command, { type, flags, payload }, header, hex] of GOLDEN) {
  test(`the bytes of ${command}`, () => {
    assert.equal(Buffer.from(payload).toString("hex"), hex);
    assert.deepEqual({ type, flags }, header);
  });
}

const BROADCASTS: [address: IpAddress, prefixLength: number, broadcast: IpAddress | undefined][] = [
  [v4(10, 0, 0, 2), 24, v4(10, 0, 0, 255)],
  [v4(10, 1, 2, 3), 8, v4(10, 255, 255, 255)],
  [v4(10, 1, 2, 3), 0, v4(255, 255, 255, 255)],
  [v4(10, 1, 2, 130), 26, v4(10, 1, 2, 191)],
  [v4(10, 1, 2, 1), 30, v4(10, 1, 2, 3)],
  [v4(10, 1, 2, 1), 31, undefined],
  [v4(10, 1, 2, 1), 32, undefined],
  [FD00_2, 64, undefined],
];

for (const [address, prefixLength, broadcast] of BROADCASTS) {
  test(`the broadcast address of ${Array.from(address.bytes)}/${prefixLength}`, () => {
    assert.deepEqual(broadcastAddress({ address, prefixLength }), broadcast);
  });
}

const REFUSED: [what: string, request: () => NetlinkRequest][] = [
  ["an index", () => addAddress(0, { address: v4(1, 2, 3, 4), prefixLength: 8 })],
  ["an address of three bytes", () => addAddress(1, { address: v4(1, 2, 3), prefixLength: 8 })],
  ["a prefix of IPv4 that is too long", () => addAddress(1, { address: v4(1, 2, 3, 4), prefixLength: 33 })],
  ["a prefix of IPv6 that is too long", () => deleteAddress(1, { address: FD00_2, prefixLength: 129 })],
  ["a scope", () => addAddress(1, { address: v4(1, 2, 3, 4), prefixLength: 8, scope: 256 })],
  [
    "a broadcast address of IPv6",
    () => addAddress(1, { address: FD00_2, prefixLength: 64, broadcast: v4(1, 2, 3, 4) }),
  ],
];

for (const [what, request] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(request, (error) => error instanceof NetlinkError && error.code === "NETLINK_ARGUMENT_INVALID");
  });
}

test("the operation names address and link", () => {
  assert.equal(
    addAddress(3, { address: v4(10, 0, 0, 2), prefixLength: 24 }).operation,
    "add address 10.0.0.2/24 to link 3",
  );
  assert.equal(
    deleteAddress(3, { address: FD00_2, prefixLength: 64 }).operation,
    "delete address fd00:0:0:0:0:0:0:2/64 of link 3",
  );
});
