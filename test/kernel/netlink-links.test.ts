import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { after, beforeEach, test } from "node:test";
import {
  addBridgeVlan,
  changeBridgePort,
  changeLink,
  createBridge,
  createIfb,
  createMacvlan,
  createVeth,
  createVxlan,
  deleteBridgeVlan,
  deleteLink,
  deleteLinkGroup,
  findLink,
  findLinkByIndex,
  isRefusal,
  type Link,
  listLinks,
  NetlinkProtocol,
  NetlinkSocket,
  NetworkNamespace,
} from "@fairlead/netlink";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

// What `ip -d -j link` prints; fields are looked at one by one, and only where they are there.
// biome-ignore lint/suspicious/noExplicitAny: the JSON of another program
type IpJson = any;

const socket = NetlinkSocket.open(NetlinkProtocol.route);
const other = NetworkNamespace.create();
const there = other.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
after(() => {
  there.close();
  other.close();
  socket.close();
});
beforeEach(() => {
  for (const { name, index } of [...listLinks(socket)]) {
    if (name !== "lo" && findLinkByIndex(socket, index) !== undefined) socket.request(deleteLink(index));
  }
});

const ip = (name: string): IpJson =>
  JSON.parse(execFileSync("ip", ["-d", "-j", "link", "show", "dev", name], { encoding: "utf8" }))[0];
const ipThere = (name: string): IpJson =>
  other.enter(() => JSON.parse(execFileSync("ip", ["-d", "-j", "link", "show", "dev", name], { encoding: "utf8" }))[0]);

function link(name: string, from = socket): Link {
  const found = findLink(from, name);
  assert.ok(found !== undefined, name);
  return found;
}

function bridge(name: string): number {
  socket.request(createBridge({ name, up: true }));
  return link(name).index;
}

test("a veth pair with all that can be set, one end a port of a bridge, the other in a namespace", () => {
  const master = bridge("br0");
  socket.request(
    createVeth({
      name: "v0",
      mac: "02:00:00:00:00:02",
      mtu: 1400,
      master,
      txQueueLength: 77,
      up: true,
      peer: { name: "eth0", namespaceFd: other.fd, mac: "02:00:00:00:00:03", mtu: 1300 },
    }),
  );
  const near = ip("v0");
  assert.equal(near.linkinfo.info_kind, "veth");
  assert.equal(near.linkinfo.info_slave_kind, "bridge");
  assert.deepEqual([near.address, near.mtu, near.master, near.txqlen], ["02:00:00:00:00:02", 1400, "br0", 77]);
  assert.ok(near.flags.includes("UP"));
  const far = ipThere("eth0");
  assert.deepEqual([far.address, far.mtu, far.link_index], ["02:00:00:00:00:03", 1300, near.ifindex]);
  assert.ok(!far.flags.includes("UP"));

  const { peerIndex, peerNamespaceId, ...read } = link("v0");
  assert.equal(peerIndex, far.ifindex);
  assert.equal(peerNamespaceId, near.link_netnsid);
  assert.deepEqual(
    { name: read.name, mac: read.mac, mtu: read.mtu, isUp: read.isUp, kind: read.kind, master: read.master },
    { name: "v0", mac: "02:00:00:00:00:02", mtu: 1400, isUp: true, kind: "veth", master },
  );
  assert.equal(read.txQueueLength, 77);
  assert.equal(link("eth0", there).isUp, false);
  there.request(deleteLink(far.ifindex));
  assert.equal(findLink(socket, "v0"), undefined);
});

test("a peer without a namespace is beside its other end", () => {
  socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
  const [v0, v1] = [link("v0"), link("v1")];
  assert.deepEqual([v0.peerIndex, v1.peerIndex], [v1.index, v0.index]);
  assert.deepEqual(
    [v0.peerNamespaceId, v0.master, v0.bridgePort, v0.alias],
    [undefined, undefined, undefined, undefined],
  );
});

test("a name that is taken, here or in the peer's namespace, is EEXIST, and nothing is made", () => {
  socket.request(createVeth({ name: "v0", peer: { name: "eth0", namespaceFd: other.fd } }));
  const attempts = [
    createVeth({ name: "v0", peer: { name: "eth1", namespaceFd: other.fd } }),
    createVeth({ name: "v9", peer: { name: "eth0", namespaceFd: other.fd } }),
  ];
  for (const attempt of attempts) {
    assert.throws(
      () => socket.request(attempt),
      (error) => isRefusal(error, "EEXIST"),
    );
  }
  assert.deepEqual(
    listLinks(socket)
      .map(({ name }) => name)
      .sort(),
    ["lo", "v0"],
  );
  assert.deepEqual(
    listLinks(there)
      .map(({ name }) => name)
      .sort(),
    ["eth0", "lo"],
  );
});

test("a bridge", () => {
  socket.request(createBridge({ name: "br0", mac: "02:00:00:00:00:01", mtu: 1400, up: true }));
  const made = ip("br0");
  assert.deepEqual([made.linkinfo.info_kind, made.address, made.mtu], ["bridge", "02:00:00:00:00:01", 1400]);
  assert.ok(made.flags.includes("UP"));
  assert.equal(link("br0").kind, "bridge");
});

test("VLAN filtering of a bridge and its ports, or the kernel's refusal", () => {
  try {
    socket.request(createBridge({ name: "br0", vlanFiltering: true }));
  } catch (error) {
    assert.ok(isRefusal(error, "ENOTSUP"), String(error));
    const master = bridge("br1");
    socket.request(createVeth({ name: "v0", master, peer: { name: "v1" } }));
    const port = link("v0").index;
    assert.throws(
      () => socket.request(addBridgeVlan(port, { id: 10 })),
      (refusal) => isRefusal(refusal, "ENOTSUP"),
    );
    return;
  }
  const master = link("br0").index;
  socket.request(createVeth({ name: "v0", master, peer: { name: "v1" } }));
  const port = link("v0").index;
  socket.requestAll([
    addBridgeVlan(port, { id: 10, pvid: true, untagged: true }),
    addBridgeVlan(port, { id: 20, lastId: 22 }),
    addBridgeVlan(master, { id: 10, self: true }),
    deleteBridgeVlan(port, { id: 1 }),
  ]);
  const shown: IpJson[] = JSON.parse(execFileSync("bridge", ["-j", "vlan", "show", "dev", "v0"], { encoding: "utf8" }));
  assert.deepEqual(
    shown[0].vlans.map(({ vlan }: { vlan: number }) => vlan),
    [10, 20, 21, 22],
  );
});

for (const mode of ["bridge", "private", "vepa", "passthru"] as const) {
  test(`a macvlan in ${mode} mode, in another namespace`, () => {
    socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
    const parent = link("v0").index;
    socket.request(createMacvlan({ name: "eth0", parent, mode, namespaceFd: other.fd, mtu: 1300 }));
    const made = ipThere("eth0");
    assert.deepEqual([made.linkinfo.info_kind, made.linkinfo.info_data.mode], ["macvlan", mode]);
    assert.deepEqual([made.mtu, made.link_index], [1300, parent]);
    const read = link("eth0", there);
    assert.deepEqual([read.macvlanMode, read.peerIndex], [mode, parent]);
    there.request(deleteLink(read.index));
  });
}

test("a macvlan with a MAC address and a broadcast queue", () => {
  socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
  const parent = link("v0").index;
  socket.request(createMacvlan({ name: "m0", parent, mode: "bridge", mac: "02:00:00:00:00:07", bcQueueLength: 123 }));
  const made = ip("m0");
  assert.equal(made.address, "02:00:00:00:00:07");
  assert.equal(made.linkinfo.info_data.bcqueuelen, 123);
});

test("a VXLAN over IPv4 and one over IPv6", () => {
  const parent = bridge("br0");
  const local = { family: 4, bytes: Uint8Array.of(10, 1, 0, 1) } as const;
  const local6 = { family: 6, bytes: Buffer.from("fd000000000000000000000000000001", "hex") } as const;
  socket.request(createVxlan({ name: "vx4", id: 42, port: 4789, local, parent, learning: false, mtu: 1400 }));
  socket.request(createVxlan({ name: "vx6", id: 43, port: 4790, local: local6 }));
  const { linkinfo, mtu } = ip("vx4");
  assert.equal(mtu, 1400);
  const { id, port, learning, link: beneath } = linkinfo.info_data;
  assert.deepEqual(
    { id, port, learning, local: linkinfo.info_data.local, beneath },
    { id: 42, port: 4789, learning: false, local: "10.1.0.1", beneath: "br0" },
  );
  assert.equal(ip("vx6").linkinfo.info_data.local6, "fd00::1");
  assert.equal(ip("vx6").linkinfo.info_data.learning, true);
  assert.deepEqual(link("vx6").vxlan, { id: 43, port: 4790 });
});

test("an ifb", () => {
  socket.request(createIfb({ name: "ifb0", mtu: 1400, txQueueLength: 32, up: true }));
  const { linkinfo, mtu, txqlen, flags } = ip("ifb0");
  assert.deepEqual([linkinfo.info_kind, mtu, txqlen], ["ifb", 1400, 32]);
  assert.ok(flags.includes("UP"));
});

test("a link is changed in all that can be, at once", () => {
  const master = bridge("br0");
  socket.request(createIfb({ name: "ifb0" }));
  socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
  const { index } = link("v0");
  socket.request(
    changeLink(index, {
      up: true,
      name: "v9",
      mtu: 1200,
      mac: "02:00:00:00:00:09",
      master,
      promiscuous: true,
      allMulticast: true,
      txQueueLength: 5,
      alias: "of web-1",
      group: 7,
    }),
  );
  const changed = ip("v9");
  assert.deepEqual(
    [changed.mtu, changed.address, changed.master, changed.txqlen, changed.ifalias, changed.group],
    [1200, "02:00:00:00:00:09", "br0", 5, "of web-1", "7"],
  );
  for (const flag of ["UP", "PROMISC", "ALLMULTI"]) assert.ok(changed.flags.includes(flag), flag);
  const read = findLinkByIndex(socket, index);
  assert.deepEqual(
    [read?.name, read?.alias, read?.group, read?.isUp, read?.isPromiscuous, read?.isAllMulticast],
    ["v9", "of web-1", 7, true, true, true],
  );

  socket.request(
    changeLink(index, { up: false, master: 0, promiscuous: false, allMulticast: false, alias: "", group: 0 }),
  );
  const back = ip("v9");
  assert.deepEqual([back.master, back.ifalias, back.group], [undefined, undefined, "default"]);
  for (const flag of ["UP", "PROMISC", "ALLMULTI"]) assert.ok(!back.flags.includes(flag), flag);
  assert.deepEqual([link("v9").master, link("v9").alias], [undefined, undefined]);
});

test("a link moves into another namespace and gets another name there", () => {
  socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
  socket.request(changeLink(link("v1").index, { namespaceFd: other.fd, name: "eth0" }));
  assert.equal(findLink(socket, "v1"), undefined);
  assert.equal(link("eth0", there).kind, "veth");
});

test("a port of a bridge", () => {
  const master = bridge("br0");
  socket.request(createVeth({ name: "v0", master, peer: { name: "v1" } }));
  const { index, bridgePort } = link("v0");
  assert.deepEqual(bridgePort, { hairpin: false, isolated: false, learning: true });
  socket.request(changeBridgePort(index, { hairpin: true, isolated: true, learning: false }));
  const { hairpin, isolated, learning } = ip("v0").linkinfo.info_slave_data;
  assert.deepEqual({ hairpin, isolated, learning }, { hairpin: true, isolated: true, learning: false });
  assert.deepEqual(link("v0").bridgePort, { hairpin: true, isolated: true, learning: false });
  socket.request(changeBridgePort(index, { hairpin: false }));
  assert.deepEqual(link("v0").bridgePort, { hairpin: false, isolated: true, learning: false });
});

test("a group of links is deleted at once", () => {
  for (const name of ["a0", "b0", "c0"]) socket.request(createVeth({ name, peer: { name: `${name}p` } }));
  for (const name of ["a0", "b0"]) socket.request(changeLink(link(name).index, { group: 77 }));
  socket.request(deleteLinkGroup(77));
  assert.deepEqual(
    listLinks(socket)
      .map(({ name }) => name)
      .sort(),
    ["c0", "c0p", "lo"],
  );
  assert.throws(
    () => socket.request(deleteLinkGroup(77)),
    (error) => isRefusal(error, "ENODEV"),
  );
});

test("a link that is not there", () => {
  assert.equal(findLink(socket, "nothing"), undefined);
  assert.equal(findLinkByIndex(socket, 0x7ffffff), undefined);
  assert.throws(
    () => socket.request(deleteLink(0x7ffffff)),
    (error) => isRefusal(error, "ENODEV"),
  );
});

test("counters are those of ip -s", () => {
  socket.request(changeLink(link("lo").index, { up: true }));
  execFileSync("ping", ["-c", "2", "-i", "0.01", "127.0.0.1"]);
  const { rxPackets, txPackets, rxBytes, txBytes, rxErrors, txErrors, rxDropped, txDropped } = link("lo").statistics;
  const [{ stats64 }]: IpJson = JSON.parse(
    execFileSync("ip", ["-s", "-j", "link", "show", "dev", "lo"], { encoding: "utf8" }),
  );
  assert.ok(rxPackets >= 4n);
  const read = {
    packets: Number(rxPackets),
    bytes: Number(rxBytes),
    errors: Number(rxErrors),
    dropped: Number(rxDropped),
  };
  assert.deepEqual(read, pick(stats64.rx));
  assert.deepEqual(
    { packets: Number(txPackets), bytes: Number(txBytes), errors: Number(txErrors), dropped: Number(txDropped) },
    pick(stats64.tx),
  );
});

function pick({ packets, bytes, errors, dropped }: IpJson): object {
  return { packets, bytes, errors, dropped };
}

test("links are listed, more than fit one datagram", () => {
  const pairs = 60;
  socket.requestAll(Array.from({ length: pairs }, (_, i) => createVeth({ name: `v${i}`, peer: { name: `p${i}` } })));
  const shown: { ifindex: number; ifname: string }[] = JSON.parse(
    execFileSync("ip", ["-j", "link"], { encoding: "utf8" }),
  );
  assert.deepEqual(
    listLinks(socket).map(({ index, name }) => ({ index, name })),
    shown.map(({ ifindex, ifname }) => ({ index: ifindex, name: ifname })),
  );
  assert.equal(shown.length, 2 * pairs + 1);
  socket.requestAll(Array.from({ length: pairs }, (_, i) => changeLink(link(`v${i}`).index, { group: 9 })));
  socket.request(deleteLinkGroup(9));
});

test("a link that its name tells announces IPv4, and gives itself no IPv6 address", () => {
  socket.request(createVeth({ name: "quiet0", up: true, peer: { name: "quiet1" } }));
  assert.equal(link("quiet0").isOperational, false);
  socket.requestAll([changeLink("quiet1", { arpNotify: true, linkLocal: false }), changeLink("quiet1", { up: true })]);
  assert.equal(ip("quiet1").inet6_addr_gen_mode, "none");
  assert.equal(readFileSync("/proc/sys/net/ipv4/conf/quiet1/arp_notify", "utf8"), "1\n");
  assert.doesNotMatch(execFileSync("ip", ["-6", "addr", "show", "dev", "quiet1"], { encoding: "utf8" }), /inet6/);
  assert.equal(link("quiet0").isOperational, true);
  assert.equal(link("quiet0").acceptsRouterAdvertisements, true);
  writeFileSync("/proc/sys/net/ipv6/conf/quiet0/accept_ra", "0");
  assert.equal(link("quiet0").acceptsRouterAdvertisements, false);
  socket.request(changeLink("quiet0", { mtu: 1200 }));
  assert.equal(link("quiet0").acceptsRouterAdvertisements, undefined);
  socket.request(changeLink("quiet0", { mtu: 1500 }));
  assert.match(execFileSync("ip", ["-6", "addr", "show", "dev", "quiet0"], { encoding: "utf8" }), /fe80::/);
});
