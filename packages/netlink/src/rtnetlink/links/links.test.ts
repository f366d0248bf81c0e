import assert from "node:assert/strict";
import { test } from "node:test";
import { NetlinkError } from "../../errors.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import { createBridge } from "./bridge.ts";
import { changeBridgePort } from "./bridge-port.ts";
import { addBridgeVlan, deleteBridgeVlan } from "./bridge-vlan.ts";
import { changeLink } from "./change-link.ts";
import { deleteLink, deleteLinkGroup } from "./delete-link.ts";
import { createIfb } from "./ifb.ts";
import { createMacvlan } from "./macvlan.ts";
import { createVeth } from "./veth.ts";
import { createVxlan } from "./vxlan.ts";

// The bytes are what iproute2 6.1.0 gave to sendmsg(2) for the command before them, the header of 16 bytes taken off.
const NEW = { type: 16, flags: 0x600 };
const CHANGE = { type: 16, flags: 0 };
const SET = { type: 19, flags: 0 };
const DELETE = { type: 17, flags: 0 };

const GOLDEN: [command: string, request: NetlinkRequest, { type: number; flags: number }, hex: string][] = [
  [
    "ip link add br0 address 02:00:00:00:00:01 mtu 1400 type bridge",
    createBridge({ name: "br0", mac: "02:00:00:00:00:01", mtu: 1400 }),
    NEW,
    "000000000000000000000000000000000a0001000200000000010000080004007805000008000300627230001000" +
      "12000a0001006272696467650000",
  ],
  [
    "ip link add br0 address 02:00:00:00:00:01 mtu 1400 type bridge vlan_filtering 1",
    createBridge({ name: "br0", mac: "02:00:00:00:00:01", mtu: 1400, vlanFiltering: true }),
    NEW,
    "000000000000000000000000000000000a000100020000000001000008000400780500000800030062723000" +
      "1c0012000a00010062726964676500000c0002000500070001000000",
  ],
  [
    "ip link add v0 address 02:00:00:00:00:02 mtu 1400 master br0 txqueuelen 100 type veth peer v1 address 02:00:00:00:00:03 mtu 1300",
    createVeth({
      name: "v0",
      mac: "02:00:00:00:00:02",
      mtu: 1400,
      master: 2,
      txQueueLength: 100,
      peer: { name: "v1", mac: "02:00:00:00:00:03", mtu: 1300 },
    }),
    NEW,
    "000000000000000000000000000000000a0001000200000000020000080004007805000008000a000200000008000d00" +
      "6400000007000300763000004000120008000100766574683400020030000100000000000000000000000000000000000a" +
      "000100020000000003000008000400140500000700030076310000",
  ],
  [
    "ip link add v2 type veth peer name eth0 netns x",
    createVeth({ name: "v2", peer: { name: "eth0", namespaceFd: 4 } }),
    NEW,
    "0000000000000000000000000000000007000300763200003800120008000100766574682c00020028000100000000000000" +
      "0000000000000000000008001c0004000000090003006574683000000000",
  ],
  [
    "ip link add mv0 link v0 mtu 1300 netns x type macvlan mode bridge bcqueuelen 100",
    createMacvlan({ name: "mv0", parent: 4, mtu: 1300, namespaceFd: 4, mode: "bridge", bcQueueLength: 100 }),
    NEW,
    "00000000000000000000000000000000080004001405000008001c00040000000800050004000000080003006d763000240012" +
      "000b0001006d6163766c616e001400020008000700640000000800010004000000",
  ],
  [
    "ip link add vx0 type vxlan id 42 local 10.1.0.1 dev v0 nolearning dstport 4789",
    createVxlan({
      name: "vx0",
      id: 42,
      local: { family: 4, bytes: Uint8Array.of(10, 1, 0, 1) },
      parent: 4,
      learning: false,
      port: 4789,
    }),
    NEW,
    "0000000000000000000000000000000008000300767830003c0012000900010076786c616e0000002c0002000800030004000000" +
      "080001002a000000080004000a010001050007000000000006000f0012b50000",
  ],
  [
    "ip link add vx1 type vxlan id 43 local fd00::1 dstport 4789 learning",
    createVxlan({
      name: "vx1",
      id: 43,
      local: { family: 6, bytes: Buffer.from("fd000000000000000000000000000001", "hex") },
      port: 4789,
      learning: true,
    }),
    NEW,
    "0000000000000000000000000000000008000300767831004000" +
      "12000900010076786c616e00000030000200080001002b00000014001100fd000000000000000000000000000001" +
      "050007000100000006000f0012b50000",
  ],
  [
    "ip link add ifb0 mtu 1400 txqueuelen 32 type ifb",
    createIfb({ name: "ifb0", mtu: 1400, txQueueLength: 32 }),
    NEW,
    "00000000000000000000000000000000080004007805000008000d00200000000900030069666230000000000c0012000700010069666200",
  ],
  ["ip link set v0 up", changeLink(4, { up: true }), CHANGE, "00000000040000000100000001000000"],
  [
    "ip link set v0 down name v9",
    changeLink(4, { up: false, name: "v9" }),
    CHANGE,
    "000000000400000000000000010000000700030076390000",
  ],
  [
    "ip link set v9 promisc on allmulticast on alias hello group 7 mtu 1200 txqueuelen 5 address 02:00:00:00:00:09",
    changeLink(4, {
      promiscuous: true,
      allMulticast: true,
      alias: "hello",
      group: 7,
      mtu: 1200,
      txQueueLength: 5,
      mac: "02:00:00:00:00:09",
    }),
    CHANGE,
    "000000000400000000030000000300000900140068656c6c6f00000008001b000700000008000400b004000008000d0005000000" +
      "0a0001000200000000090000",
  ],
  [
    "ip link set dev v9 up addrgenmode none, with the name for the index as in ip link set group, and net.ipv4.conf.v9.arp_notify by its attribute",
    changeLink("v9", { up: true, arpNotify: true, linkLocal: false }),
    CHANGE,
    "00000000000000000100000001000000200" +
      "01a00100002000c0001000800160001000000" +
      "0c000a0005000800010000000700030076390000",
  ],
  ["ip link set v9 alias ''", changeLink(4, { alias: "" }), CHANGE, "0000000004000000000000000000000004001400"],
  [
    "ip link set v9 master br0",
    changeLink(4, { master: 2 }),
    CHANGE,
    "0000000004000000000000000000000008000a0002000000",
  ],
  ["ip link set v9 nomaster", changeLink(4, { master: 0 }), CHANGE, "0000000004000000000000000000000008000a0000000000"],
  [
    "ip link set v2 netns x",
    changeLink(5, { namespaceFd: 4 }),
    CHANGE,
    "0000000005000000000000000000000008001c0004000000",
  ],
  [
    "bridge link set dev v9 hairpin on learning off isolated on",
    changeBridgePort(4, { hairpin: true, learning: false, isolated: true }),
    SET,
    "070000000400000000000000000000001c000c80050004000100000005000800000000000500210001000000",
  ],
  [
    "bridge vlan add dev v9 vid 10 pvid untagged",
    addBridgeVlan(4, { id: 10, pvid: true, untagged: true }),
    SET,
    "070000000400000000000000000000000c001a000800020006000a00",
  ],
  [
    "bridge vlan add dev v9 vid 10-20",
    addBridgeVlan(4, { id: 10, lastId: 20 }),
    SET,
    "0700000004000000000000000000000014001a000800020008000a000800020010001400",
  ],
  [
    "bridge vlan add dev br0 vid 10 self",
    addBridgeVlan(2, { id: 10, self: true }),
    SET,
    "0700000002000000000000000000000014001a0006000000020000000800020000000a00",
  ],
  [
    "bridge vlan del dev v9 vid 1",
    deleteBridgeVlan(4, { id: 1 }),
    DELETE,
    "070000000400000000000000000000000c001a000800020000000100",
  ],
  ["ip link del v9", deleteLink(4), DELETE, "00000000040000000000000000000000"],
  ["ip link del group 7", deleteLinkGroup(7), DELETE, "0000000000000000000000000000000008001b0007000000"],
];

for (const [command, { type, flags, payload }, header, hex] of GOLDEN) {
  test(`the bytes of ${command}`, () => {
    assert.equal(Buffer.from(payload).toString("hex"), hex);
    assert.deepEqual({ type, flags }, header);
  });
}

test("links that are up from the beginning have the flag in their header", () => {
  const { payload } = createBridge({ name: "b", up: true });
  assert.equal(Buffer.from(payload.subarray(0, 16)).toString("hex"), "00000000000000000100000001000000");
});

const address = { family: 4, bytes: Uint8Array.of(1, 2, 3) } as const;
const REFUSED: [what: string, request: () => NetlinkRequest][] = [
  ...["", "sixteen-bytes-xx", "a/b", "a b", "a:b", "a\tb", "eth%d", ".", "..", "ääääääää"].map(
    (name): [string, () => NetlinkRequest] => [`the name ${JSON.stringify(name)}`, () => createIfb({ name })],
  ),
  ["the name of a peer", () => createVeth({ name: "v", peer: { name: "" } })],
  ["a new name", () => changeLink(1, { name: "a/b" })],
  ["a new name for a link that only its name tells", () => changeLink("a", { name: "b" })],
  ["a name that a link cannot have", () => changeLink("a/b", { up: true })],
  ["a MAC address", () => createIfb({ name: "i", mac: "02:00:00:00:00" })],
  ["an MTU", () => changeLink(1, { mtu: -1 })],
  ["an index", () => changeLink(0, { up: true })],
  ["a long alias", () => changeLink(1, { alias: "a".repeat(256) })],
  ["a parent", () => createMacvlan({ name: "m", parent: 0, mode: "bridge" })],
  ["a VXLAN's identifier", () => createVxlan({ name: "v", id: 1 << 24, port: 1 })],
  ["a UDP port", () => createVxlan({ name: "v", id: 1, port: 65536 })],
  ["an address of three bytes", () => createVxlan({ name: "v", id: 1, port: 1, local: address })],
  ["VLAN 0", () => addBridgeVlan(1, { id: 0 })],
  ["a range that ends before it begins", () => addBridgeVlan(1, { id: 5, lastId: 4 })],
  ["the group of all links", () => deleteLinkGroup(0)],
];

for (const [what, request] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(request, (error) => error instanceof NetlinkError && error.code === "NETLINK_ARGUMENT_INVALID");
  });
}

test("names that the kernel takes are taken", () => {
  for (const name of ["a", "fifteen-bytes-x", "veth1a2b3c4d", "eth0.5", "...", "äääääää"]) createIfb({ name });
});
