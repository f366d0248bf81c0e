import assert from "node:assert/strict";
import { test } from "node:test";
import { NetlinkError } from "../../errors.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import type { IpAddress } from "../ip-address.ts";
import { ALL_MACS, addForwardingEntry, deleteForwardingEntry } from "./forwarding-entry.ts";
import { addNeighbour, deleteNeighbour } from "./neighbour.ts";

const v4 = (...bytes: number[]): IpAddress => ({ family: 4, bytes: Uint8Array.from(bytes) });
const FD00_9: IpAddress = { family: 6, bytes: Buffer.from("fd000000000000000000000000000009", "hex") };
const MAC = "02:00:00:00:00:09";

// The bytes are what iproute2 6.1.0 gave to sendmsg(2) for the command before them, the header of 16 bytes taken off.
const REPLACE = { type: 28, flags: 0x500 };
const APPEND = { type: 28, flags: 0xc00 };
const DELETE = { type: 29, flags: 0 };

const GOLDEN: [command: string, request: NetlinkRequest, { type: number; flags: number }, hex: string][] = [
  [
    "ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:09 nud permanent dev v0",
    addNeighbour(3, { address: v4(10, 0, 0, 9), mac: MAC }),
    REPLACE,
    "020000000300000080000000080001000a0000090a0002000200000000090000",
  ],
  [
    "ip neigh replace fd00::9 lladdr 02:00:00:00:00:09 nud permanent dev v0",
    addNeighbour(3, { address: FD00_9, mac: MAC }),
    REPLACE,
    "0a000000030000008000000014000100fd0000000000000000000000000000090a0002000200000000090000",
  ],
  [
    "ip neigh del 10.0.0.9 dev v0",
    deleteNeighbour(3, v4(10, 0, 0, 9)),
    DELETE,
    "020000000300000080000000080001000a000009",
  ],
  [
    "bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.7",
    addForwardingEntry(4, { mac: ALL_MACS, host: v4(10, 0, 0, 7) }),
    APPEND,
    "0700000004000000c00002000a0002000000000000000000080001000a000007",
  ],
  [
    "bridge fdb replace 02:00:00:00:00:07 dev vx0 dst 10.0.0.7 port 4790 vni 43",
    addForwardingEntry(4, { mac: "02:00:00:00:00:07", host: v4(10, 0, 0, 7), port: 4790, vni: 43 }),
    REPLACE,
    "0700000004000000c00002000a0002000200000000070000080001000a0000070600060012b60000080007002b000000",
  ],
  [
    "bridge fdb del 00:00:00:00:00:00 dev vx0 dst 10.0.0.7",
    deleteForwardingEntry(4, { mac: ALL_MACS, host: v4(10, 0, 0, 7) }),
    DELETE,
    "0700000004000000c00002000a0002000000000000000000080001000a000007",
  ],
];

for (const [command, { type, flags, payload }, header, hex] of GOLDEN) {
  test(`the bytes of ${command}`, () => {
    assert.equal(Buffer.from(payload).toString("hex"), hex);
    assert.deepEqual({ type, flags }, header);
  });
}

const REFUSED: [what: string, request: () => NetlinkRequest][] = [
  ["an index", () => addNeighbour(0, { address: FD00_9, mac: MAC })],
  ["a MAC address", () => addNeighbour(1, { address: FD00_9, mac: "" })],
  ["an address of one byte", () => deleteNeighbour(1, v4(1))],
  ["a UDP port", () => addForwardingEntry(1, { mac: MAC, host: FD00_9, port: 0 })],
  ["a VXLAN's identifier", () => addForwardingEntry(1, { mac: MAC, host: FD00_9, vni: -1 })],
];

for (const [what, request] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(request, (error) => error instanceof NetlinkError && error.code === "NETLINK_ARGUMENT_INVALID");
  });
}
