import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, afterEach, beforeEach, test } from "node:test";
import { formatIp, parseCidr, parseIp } from "@fairlead/cni";
import {
  addAddress,
  addRoute,
  addRouteBeside,
  changeLink,
  createVeth,
  deleteLink,
  deleteRoute,
  findLink,
  findRoute,
  type IpAddress,
  type IpPrefix,
  isRefusal,
  listRoutes,
  NetlinkProtocol,
  NetlinkSocket,
  NetworkNamespace,
  type Route,
  replaceRoute,
  Scope,
} from "@fairlead/netlink";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

// What `ip -j route` prints; fields are looked at one by one, and only where they are there.
// biome-ignore lint/suspicious/noExplicitAny: the JSON of another program
type IpJson = any;

const socket = NetlinkSocket.open(NetlinkProtocol.route);
after(() => socket.close());

let v0: number;
beforeEach(() => {
  socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
  const [near, far] = [findLink(socket, "v0"), findLink(socket, "v1")];
  assert.ok(near !== undefined && far !== undefined);
  v0 = near.index;
  socket.requestAll([
    changeLink(v0, { up: true }),
    changeLink(far.index, { up: true }),
    addAddress(v0, { address: ip("10.0.0.2"), prefixLength: 24 }),
    addAddress(v0, { address: ip("fd00::2"), prefixLength: 64, noDad: true }),
  ]);
});
afterEach(() => socket.request(deleteLink(v0)));

const shown = (...argv: string[]): IpJson[] => JSON.parse(execFileSync("ip", ["-j", ...argv], { encoding: "utf8" }));

function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address !== undefined, text);
  return address;
}

function prefix(text: string): IpPrefix {
  const cidr = parseCidr(text);
  assert.ok(cidr !== undefined, text);
  return cidr;
}

const text = ({ destination: { address, prefixLength } }: Route) => `${formatIp(address)}/${prefixLength}`;
const find = (destination: string, selection = {}) =>
  listRoutes(socket, selection).find((route) => text(route) === destination);

test("default routes of both families", () => {
  socket.requestAll([
    addRoute({ gateway: ip("10.0.0.1"), index: v0 }),
    addRoute({ gateway: ip("fd00::1"), index: v0 }),
  ]);
  const [v4] = shown("route", "show", "default");
  assert.deepEqual([v4.gateway, v4.dev, v4.scope], ["10.0.0.1", "v0", undefined]);
  const [v6] = shown("-6", "route", "show", "default");
  assert.deepEqual([v6.gateway, v6.dev], ["fd00::1", "v0"]);
  assert.deepEqual(find("0.0.0.0/0")?.gateway, ip("10.0.0.1"));
  assert.deepEqual(find("::/0")?.gateway, ip("fd00::1"));
  socket.requestAll([deleteRoute({ gateway: ip("10.0.0.1") }), deleteRoute({ family: 6 })]);
  assert.deepEqual([find("0.0.0.0/0"), find("::/0")], [undefined, undefined]);
});

test("routes beside each other, but no two that lead the same way", () => {
  const beside = (gateway: string) => addRouteBeside({ gateway: ip(gateway), index: v0 });
  for (const gateways of [
    ["10.0.0.1", "10.0.0.9"],
    ["fd00::1", "fd00::9"],
  ] as const) {
    socket.requestAll(gateways.map(beside));
    assert.throws(
      () => socket.request(beside(gateways[0])),
      (error) => isRefusal(error, "EEXIST"),
    );
  }
  assert.deepEqual(
    shown("route", "show", "default").map(({ gateway }: { gateway: string }) => gateway),
    ["10.0.0.9", "10.0.0.1"],
  );
  for (const gateway of ["10.0.0.1", "10.0.0.9", "fd00::1", "fd00::9"]) {
    socket.request(deleteRoute({ gateway: ip(gateway) }));
  }
});

test("a route with all that it can have, in a table of its own", () => {
  socket.request(
    addRoute({
      destination: prefix("10.6.0.0/16"),
      gateway: ip("192.168.9.9"),
      index: v0,
      source: ip("10.0.0.2"),
      table: 1000,
      priority: 5,
      mtu: 1300,
      advmss: 1260,
      onlink: true,
    }),
  );
  const [route] = shown("-d", "route", "show", "table", "1000");
  const { type, dst, gateway, dev, prefsrc, metric, flags } = route;
  assert.deepEqual(
    { type, dst, gateway, dev, prefsrc, metric, flags },
    {
      type: "unicast",
      dst: "10.6.0.0/16",
      gateway: "192.168.9.9",
      dev: "v0",
      prefsrc: "10.0.0.2",
      metric: 5,
      flags: ["onlink"],
    },
  );
  assert.deepEqual(
    route.metrics.reduce((all: object, metric: object) => Object.assign(all, metric), {}),
    { mtu: 1300, advmss: 1260 },
  );
  assert.deepEqual(listRoutes(socket, { table: 1000 }), [
    {
      destination: prefix("10.6.0.0/16"),
      gateway: ip("192.168.9.9"),
      index: v0,
      source: ip("10.0.0.2"),
      scope: Scope.global,
      table: 1000,
      priority: 5,
      mtu: 1300,
      advmss: 1260,
      onlink: true,
      protocol: 3,
      type: 1,
    },
  ]);
  assert.equal(find("10.6.0.0/16"), undefined);
  assert.equal(find("10.6.0.0/16", { table: "all" })?.table, 1000);
});

test("a route of IPv6 with source, metric and metrics", () => {
  const destination = prefix("fd01::/64");
  socket.request(addRoute({ destination, index: v0, source: ip("fd00::2"), priority: 7, mtu: 1300, advmss: 1220 }));
  const [route] = shown("-6", "route", "show", "fd01::/64");
  assert.deepEqual([route.dst, route.dev, route.prefsrc, route.metric], ["fd01::/64", "v0", "fd00::2", 7]);
  const read = find("fd01::/64");
  assert.deepEqual([read?.priority, read?.mtu, read?.advmss, read?.source], [7, 1300, 1220, ip("fd00::2")]);
});

test("a route without gateway is one of scope link, unless it is told otherwise", () => {
  socket.requestAll([
    addRoute({ destination: prefix("10.7.0.0/16"), index: v0 }),
    addRoute({ destination: prefix("10.8.0.0/16"), index: v0, scope: Scope.global }),
    addRoute({ destination: prefix("10.9.0.1/32"), index: v0, scope: Scope.host }),
  ]);
  const scopes = ["10.7.0.0/16", "10.8.0.0/16", "10.9.0.1"].map((to) => shown("route", "show", to)[0].scope);
  assert.deepEqual(scopes, ["link", undefined, "host"]);
  assert.equal(find("10.9.0.1/32")?.scope, Scope.host);
});

test("a route that is there already is replaced only when that is asked for", () => {
  const destination = prefix("10.5.0.0/16");
  socket.request(addRoute({ destination, gateway: ip("10.0.0.1") }));
  const other = { destination, gateway: ip("10.0.0.4") };
  assert.throws(
    () => socket.request(addRoute(other)),
    (error) => isRefusal(error, "EEXIST"),
  );
  socket.request(replaceRoute(other));
  assert.deepEqual(
    shown("route", "show", "10.5.0.0/16").map(({ gateway }) => gateway),
    ["10.0.0.4"],
  );
  socket.request(deleteRoute({ destination }));
  assert.throws(
    () => socket.request(deleteRoute({ destination })),
    (error) => isRefusal(error, "ESRCH"),
  );
});

test("the kernel says why it refuses", () => {
  const unreachable = addRoute({ destination: prefix("10.5.0.0/16"), gateway: ip("172.16.0.1"), index: v0 });
  assert.throws(
    () => socket.request(unreachable),
    (error) => isRefusal(error, "ENETUNREACH") && error.extended === "Nexthop has invalid gateway",
  );
});

test("routes are listed by family, by link and of all tables", () => {
  const all = (selection: object) => listRoutes(socket, selection).map(text);
  assert.deepEqual(all({ family: 4 }), ["10.0.0.0/24"]);
  assert.ok(all({ family: 6 }).includes("fd00::/64"));
  assert.ok(all({ index: v0 }).includes("10.0.0.0/24"));
  assert.ok(all({ table: "all" }).includes("127.0.0.1/32"));
  assert.deepEqual(all({ index: findLink(socket, "lo")?.index, family: 4 }), []);
  assert.deepEqual(all({ table: 4711 }), []);
});

test("a namespace without any route has none", () => {
  using empty = NetworkNamespace.create();
  using there = empty.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
  assert.deepEqual(listRoutes(there), []);
});

test("the route to an address", () => {
  socket.request(addRoute({ destination: prefix("10.5.0.0/16"), gateway: ip("10.0.0.1") }));
  const found = findRoute(socket, ip("10.5.6.7"));
  assert.deepEqual([found?.index, found?.gateway, found?.source], [v0, ip("10.0.0.1"), ip("10.0.0.2")]);
  assert.equal(findRoute(socket, ip("fd00::7"))?.index, v0);
  assert.equal(findRoute(socket, ip("172.16.0.1")), undefined);
});
