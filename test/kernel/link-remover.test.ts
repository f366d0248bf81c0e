import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changeLink,
  createVeth,
  findLink,
  listLinks,
  NetlinkProtocol,
  NetlinkSocket,
  NetworkNamespace,
} from "@fairlead/netlink";
import { LinkRemover } from "fairlead/network/plugin/link-remover.ts";
import { poll } from "../support/poll.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const host = NetlinkSocket.open(NetlinkProtocol.route);
const names = (socket = host) => listLinks(socket).map(({ name }) => name);

function makeVeth(name: string, namespaceFd?: number): number {
  host.request(createVeth({ name, up: true, peer: { name: `${name}-peer`, namespaceFd } }));
  return findLink(host, name)?.index ?? assert.fail(name);
}

test("a link that is removed is down and its name free; it is deleted a while later", async () => {
  using remover = new LinkRemover(host);
  const index = makeVeth("v0");
  remover.remove(index);
  const link = listLinks(host).find((candidate) => candidate.index === index);
  assert.deepEqual([link?.name, link?.isUp], [`gone${index}`, false]);
  // the name is free, and the new one of that name stays
  makeVeth("v0x");
  host.request(changeLink("v0x", { alias: "new" }));
  await poll(() => !names().includes(`gone${index}`));
  assert.equal(findLink(host, "v0x")?.alias, "new");
  remover.remove(findLink(host, "v0x")?.index ?? 0);
});

test("what waits is deleted with the remover", () => {
  const remover = new LinkRemover(host);
  const before = names();
  const indexes = Array.from({ length: 20 }, (_, i) => makeVeth(`v${i}`));
  for (const index of indexes) remover.remove(index);
  remover[Symbol.dispose]();
  assert.deepEqual(names(), before);
  for (const index of indexes) remover.remove(index);
  remover[Symbol.dispose]();
});

test("a link in another namespace, which may go before", async () => {
  using remover = new LinkRemover(host);
  for (const isGone of [false, true]) {
    using namespace = NetworkNamespace.create();
    using socket = namespace.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
    makeVeth("w0", namespace.fd);
    remover.removeInside(namespace, socket, findLink(socket, "w0-peer")?.index ?? 0);
    assert.equal(findLink(socket, "w0-peer"), undefined);
    if (isGone) {
      socket.close();
      namespace.close();
    }
    await poll(() => !names().includes("w0"));
  }
});

test("more namespaces than may be held: the links are deleted at once", () => {
  using remover = new LinkRemover(host);
  using namespace = NetworkNamespace.create();
  using socket = namespace.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
  for (let i = 0; i < 70; i++) {
    makeVeth("x0", namespace.fd);
    remover.removeInside(namespace, socket, findLink(socket, "x0-peer")?.index ?? 0);
    const own = names().includes("x0");
    assert.equal(own, i < 64);
    if (own) host.request(changeLink(findLink(host, "x0")?.index ?? 0, { name: `x-${i}`, up: false }));
  }
});

test("what a process left that died is deleted with what the next one removes", async (t) => {
  const index = makeVeth("y0");
  t.mock.timers.enable({ apis: ["setTimeout"] });
  new LinkRemover(host).remove(index);
  t.mock.timers.reset();
  assert.ok(names().includes(`gone${index}`));
  using next = new LinkRemover(host);
  next.sweep();
  await poll(() => !names().includes(`gone${index}`));
});
