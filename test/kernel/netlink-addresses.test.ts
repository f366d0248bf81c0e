import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, afterEach, beforeEach, test } from "node:test";
import { formatIp, parseIp } from "@fairlead/cni";
import {
  ALL_MACS,
  addAddress,
  addForwardingEntry,
  addNeighbour,
  broadcastAddress,
  changeLink,
  createVeth,
  createVxlan,
  deleteAddress,
  deleteForwardingEntry,
  deleteLink,
  deleteNeighbour,
  findLink,
  type IpAddress,
  isRefusal,
  type LinkAddress,
  listAddresses,
  listForwardingEntries,
  listNeighbours,
  NetlinkProtocol,
  NetlinkSocket,
  Scope,
} from "@fairlead/netlink";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

// What `ip -j` prints; fields are looked at one by one.
// biome-ignore lint/suspicious/noExplicitAny: the JSON of another program
type IpJson = any;

const socket = NetlinkSocket.open(NetlinkProtocol.route);
after(() => socket.close());

function indexOf(name: string): number {
  const link = findLink(socket, name);
  assert.ok(link !== undefined, name);
  return link.index;
}

/** Both ends of a veth pair, up. */
let v0: number;
let v1: number;
beforeEach(() => {
  // new addresses of IPv6 are asked for, as they are on a host that nobody has changed
  execFileSync("sysctl", ["-qw", "net.ipv6.conf.default.accept_dad=1"]);
  socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
  [v0, v1] = [indexOf("v0"), indexOf("v1")];
  socket.requestAll([changeLink(v0, { up: true }), changeLink(v1, { up: true })]);
});
afterEach(() => socket.request(deleteLink(v0)));

const run = (command: string, ...argv: string[]): IpJson =>
  JSON.parse(execFileSync(command, argv, { encoding: "utf8" }));
const shown = (): IpJson[] => run("ip", "-j", "addr", "show", "dev", "v0")[0].addr_info;

function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address !== undefined, text);
  return address;
}

const text = ({ address, prefixLength }: LinkAddress) => `${formatIp(address)}/${prefixLength}`;

test("an IPv4 address with its broadcast address", () => {
  const prefix = { address: ip("10.0.0.2"), prefixLength: 24 };
  socket.request(addAddress(v0, { ...prefix, broadcast: broadcastAddress(prefix) }));
  const added = shown().find(({ family }) => family === "inet");
  const { local, prefixlen, broadcast, scope, label } = added;
  assert.deepEqual(
    { local, prefixlen, broadcast, scope, label },
    { local: "10.0.0.2", prefixlen: 24, broadcast: "10.0.0.255", scope: "global", label: "v0" },
  );
  const [read] = listAddresses(socket, { index: v0 });
  assert.deepEqual(read, {
    index: v0,
    address: prefix.address,
    prefixLength: 24,
    broadcast: { family: 4, bytes: Uint8Array.of(10, 0, 0, 255) },
    peer: undefined,
    scope: Scope.global,
    label: "v0",
    isTentative: false,
    isDuplicate: false,
    isPermanent: true,
  });
});

test("a scope, and no broadcast address", () => {
  socket.request(addAddress(v0, { address: ip("10.0.0.2"), prefixLength: 24, scope: Scope.link }));
  const { scope, broadcast } = shown().find(({ family }) => family === "inet");
  assert.deepEqual([scope, broadcast], ["link", undefined]);
});

test("an IPv6 address can be used at once with noDad, and is tentative without", () => {
  socket.request(addAddress(v0, { address: ip("fd00::2"), prefixLength: 64, noDad: true }));
  socket.request(addAddress(v0, { address: ip("fd00::3"), prefixLength: 64 }));
  const of = (local: string) => shown().find((address) => address.local === local);
  assert.equal(of("fd00::2").nodad, true);
  assert.equal(of("fd00::2").tentative, undefined);
  const read = (local: string) =>
    listAddresses(socket, { index: v0 }).find((address) => text(address) === `${local}/64`);
  assert.equal(read("fd00::2")?.isTentative, false);
  assert.equal(read("fd00::3")?.isTentative, true);
});

test("an address that is there already, one that is taken away, one that is not there", () => {
  const address = { address: ip("10.0.0.2"), prefixLength: 24 };
  socket.request(addAddress(v0, address));
  assert.throws(
    () => socket.request(addAddress(v0, address)),
    (error) => isRefusal(error, "EEXIST"),
  );
  socket.request(deleteAddress(v0, address));
  assert.deepEqual(
    shown().filter(({ family }) => family === "inet"),
    [],
  );
  assert.throws(
    () => socket.request(deleteAddress(v0, address)),
    (error) => isRefusal(error, "EADDRNOTAVAIL"),
  );
});

test("addresses are listed of all links and of one, in the kernel's order", () => {
  socket.requestAll([
    addAddress(v0, { address: ip("10.0.0.2"), prefixLength: 24 }),
    addAddress(v0, { address: ip("10.0.1.2"), prefixLength: 32 }),
    addAddress(v0, { address: ip("fd00::2"), prefixLength: 64, noDad: true }),
    addAddress(v1, { address: ip("10.0.2.2"), prefixLength: 8 }),
  ]);
  const global = (addresses: LinkAddress[]) => addresses.filter(({ scope }) => scope === Scope.global).map(text);
  assert.deepEqual(global(listAddresses(socket, { index: v0 })), ["10.0.0.2/24", "10.0.1.2/32", "fd00::2/64"]);
  assert.deepEqual(global(listAddresses(socket)).toSorted(), [
    "10.0.0.2/24",
    "10.0.1.2/32",
    "10.0.2.2/8",
    "fd00::2/64",
  ]);
  assert.throws(
    () => listAddresses(socket, { index: 0x7ffffff }),
    (error) => isRefusal(error, "ENODEV"),
  );
});

test("the other end of a point-to-point link", () => {
  execFileSync("ip", ["addr", "add", "10.0.0.2", "peer", "10.0.0.9/32", "dev", "v0"]);
  const [read] = listAddresses(socket, { index: v0 });
  assert.deepEqual(read?.address, ip("10.0.0.2"));
  assert.deepEqual(read?.peer, ip("10.0.0.9"));
});

test("neighbours of both families, set for good in place of what was known", () => {
  const mac = "02:00:00:00:00:09";
  socket.requestAll([
    addNeighbour(v0, { address: ip("10.0.0.9"), mac: "02:00:00:00:00:01" }),
    addNeighbour(v0, { address: ip("10.0.0.9"), mac }),
    addNeighbour(v0, { address: ip("fd00::9"), mac }),
    addNeighbour(v1, { address: ip("10.0.0.8"), mac }),
  ]);
  const permanent = (run("ip", "-j", "neigh", "show", "dev", "v0") as IpJson[])
    .filter(({ state }) => state.includes("PERMANENT"))
    .map(({ dst, lladdr }) => ({ dst, lladdr }));
  const expected = [
    { dst: "10.0.0.9", lladdr: mac },
    { dst: "fd00::9", lladdr: mac },
  ];
  assert.deepEqual(permanent, expected);
  const read = listNeighbours(socket, { index: v0 }).filter(({ isPermanent }) => isPermanent);
  assert.deepEqual(
    read.map((neighbour) => ({ dst: formatIp(neighbour.address), lladdr: neighbour.mac })),
    expected,
  );
  assert.equal(listNeighbours(socket).filter(({ isPermanent }) => isPermanent).length, 3);
  socket.request(deleteNeighbour(v0, ip("10.0.0.9")));
  assert.equal(listNeighbours(socket, { index: v0 }).filter(({ isPermanent }) => isPermanent).length, 1);
  assert.throws(
    () => socket.request(deleteNeighbour(v0, ip("10.0.0.9"))),
    (error) => isRefusal(error, "ENOENT"),
  );
});

test("forwarding entries of a VXLAN: hosts of all MAC addresses, and of one", () => {
  socket.request(createVxlan({ name: "vx0", id: 42, port: 4789, learning: false, up: true }));
  const vxlan = indexOf("vx0");
  const mac = "02:00:00:00:00:07";
  socket.requestAll([
    addForwardingEntry(vxlan, { mac: ALL_MACS, host: ip("10.0.0.7") }),
    addForwardingEntry(vxlan, { mac: ALL_MACS, host: ip("10.0.0.8") }),
    addForwardingEntry(vxlan, { mac, host: ip("10.0.0.7") }),
    addForwardingEntry(vxlan, { mac, host: ip("10.0.0.8"), port: 4790, vni: 43 }),
  ]);
  const entries = run("bridge", "-j", "fdb", "show", "dev", "vx0") as IpJson[];
  assert.deepEqual(
    entries.map(({ mac, dst, port, vni, state }) => ({ mac, dst, port, vni, state })).toSorted(byHost),
    [
      { mac: ALL_MACS, dst: "10.0.0.7", port: undefined, vni: undefined, state: "permanent" },
      { mac: ALL_MACS, dst: "10.0.0.8", port: undefined, vni: undefined, state: "permanent" },
      { mac, dst: "10.0.0.8", port: 4790, vni: 43, state: "permanent" },
    ].toSorted(byHost),
  );
  socket.request(deleteForwardingEntry(vxlan, { mac: ALL_MACS, host: ip("10.0.0.7") }));
  assert.deepEqual(
    listForwardingEntries(socket, vxlan).toSorted((a, b) => a.mac.localeCompare(b.mac)),
    [
      { mac: ALL_MACS, host: ip("10.0.0.8"), port: undefined, vni: undefined },
      { mac, host: ip("10.0.0.8"), port: 4790, vni: 43 },
    ],
  );
  assert.throws(
    () => socket.request(addForwardingEntry(vxlan, { mac, host: ip("fd00::7") })),
    (error) => isRefusal(error, "EAFNOSUPPORT"),
  );
  socket.request(deleteLink(vxlan));
});

function byHost(a: { mac: string; dst: string }, b: { mac: string; dst: string }): number {
  return `${a.mac} ${a.dst}`.localeCompare(`${b.mac} ${b.dst}`);
}
