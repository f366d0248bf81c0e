import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import {
  changeLink,
  createBridge,
  createVeth,
  deleteLink,
  deleteLinkGroup,
  findLink,
  type LinkEvent,
  listLinks,
  NetlinkProtocol,
  NetlinkSocket,
  NetworkNamespace,
  watchLinks,
} from "@fairlead/netlink";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const socket = NetlinkSocket.open(NetlinkProtocol.route);
after(() => socket.close());
beforeEach(() => {
  for (const { index, kind } of listLinks(socket)) {
    if (kind !== undefined && listLinks(socket).some((link) => link.index === index)) socket.request(deleteLink(index));
  }
});

function indexOf(name: string): number {
  const link = findLink(socket, name);
  assert.ok(link !== undefined, name);
  return link.index;
}

/** The events up to one that is waited for; the loop over the rest goes on afterwards. */
async function until(events: AsyncIterator<LinkEvent>, isLast: (event: LinkEvent) => boolean): Promise<LinkEvent[]> {
  const seen: LinkEvent[] = [];
  for (;;) {
    const { value, done } = await events.next();
    assert.ok(done !== true, "the watch ended");
    seen.push(value);
    if (isLast(value)) return seen;
  }
}

const is = (kind: LinkEvent["kind"], name: string) => (event: LinkEvent) =>
  event.kind === kind && event.link.name === name;
const texts = (events: LinkEvent[], name: string) =>
  events.filter(({ link }) => link.name === name).map(({ kind }) => kind);

test("what is there is told first, then what is made, changed and deleted", async () => {
  socket.request(createBridge({ name: "br0" }));
  const master = indexOf("br0");
  await using watch = watchLinks();
  const events = watch[Symbol.asyncIterator]();
  const first = await until(events, is("new", "br0"));
  assert.deepEqual(texts(first, "lo"), ["new"]);

  socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
  const [made] = (await until(events, is("new", "v0"))).slice(-1);
  assert.deepEqual([made?.link.kind, made?.link.isUp], ["veth", false]);

  socket.request(changeLink(indexOf("v0"), { mtu: 1400 }));
  const [changed] = (await until(events, is("changed", "v0"))).slice(-1);
  assert.ok(changed?.kind === "changed");
  assert.deepEqual([changed.previous.mtu, changed.link.mtu], [1500, 1400]);

  socket.request(changeLink(indexOf("v0"), { up: true }));
  await until(events, (event) => event.kind === "changed" && event.link.name === "v0" && event.link.isUp);

  socket.request(changeLink(indexOf("v0"), { master }));
  await until(events, (event) => event.kind === "changed" && event.link.name === "v0" && event.link.master === master);

  // the kernel tells of this as of a port that is deleted, too
  socket.request(changeLink(indexOf("v0"), { master: 0 }));
  const released = await until(events, (event) => event.link.name === "v0" && event.link.master === undefined);
  assert.ok(!texts(released, "v0").includes("deleted"));

  socket.request(deleteLink(indexOf("v0")));
  const gone = await until(events, is("deleted", "v1"));
  assert.deepEqual(texts(gone, "v0").at(-1), "deleted");
});

test("a link that moves to another namespace is deleted here, and new when it comes back, by any name", async () => {
  using home = NetworkNamespace.current();
  using other = NetworkNamespace.create();
  using there = other.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
  socket.request(createVeth({ name: "v0", peer: { name: "v1" } }));
  await using watch = watchLinks();
  const events = watch[Symbol.asyncIterator]();
  await until(events, is("new", "v1"));
  socket.request(changeLink(indexOf("v1"), { namespaceFd: other.fd }));
  await until(events, is("deleted", "v1"));
  const far = findLink(there, "v1");
  assert.ok(far !== undefined);
  there.request(changeLink(far.index, { namespaceFd: home.fd, name: "v2" }));
  const back = await until(events, ({ link }) => link.name === "v2");
  assert.equal(back[0]?.kind, "new");
});

test("when more happens than the socket holds, the links are listed again", async () => {
  // one event fits: of a veth pair, which makes several, some are always lost
  await using watch = watchLinks({ receiveBufferBytes: 1 });
  const events = watch[Symbol.asyncIterator]();
  await until(events, is("new", "lo"));
  const names = new Set<string>();
  const pairs = 50;
  socket.requestAll(Array.from({ length: pairs }, (_, i) => createVeth({ name: `v${i}`, peer: { name: `p${i}` } })));
  const isNew = ({ kind, link }: LinkEvent) => {
    if (kind === "new") names.add(link.name);
    return names.size === 2 * pairs;
  };
  await until(events, isNew);
  const indexes = Array.from({ length: pairs }, (_, i) => indexOf(`v${i}`));
  socket.requestAll(indexes.map((index) => changeLink(index, { group: 7 })));
  socket.request(deleteLinkGroup(7));
  await until(events, ({ kind, link }) => {
    if (kind === "deleted") names.delete(link.name);
    return names.size === 0;
  });
});

test("a reader that stays away gets the state when it comes, however much happened", async () => {
  await using watch = watchLinks({ receiveBufferBytes: 4096 });
  socket.request(createBridge({ name: "br0" }));
  const index = indexOf("br0");
  for (let mtu = 1000; mtu < 1400; mtu++) socket.request(changeLink(index, { mtu }));
  const events = watch[Symbol.asyncIterator]();
  await until(events, ({ link }) => link.name === "br0" && link.mtu === 1399);
});

test("close ends the thread and the loop, whether something happens or not, and twice", async () => {
  for (const isStarted of [false, true]) {
    const watch = watchLinks();
    const started = Promise.withResolvers<void>();
    const loop = (async () => {
      for await (const event of watch) if (event.link.name === "lo") started.resolve();
    })();
    if (isStarted) {
      await started.promise;
      assert.equal(subscribers(), 1);
    }
    await watch.close();
    await watch.close();
    await loop;
    assert.equal(subscribers(), 0);
  }
});

test("leaving the loop closes the watch", async () => {
  const watch = watchLinks();
  for await (const event of watch) {
    if (event.link.name === "lo") break;
  }
  await watch.close();
  for await (const event of watch) assert.fail(`${event.kind} after the end`);
});

/** How many sockets of this namespace hear of links. */
function subscribers(): number {
  const [, ...rows] = readFileSync("/proc/self/net/netlink", "utf8").trim().split("\n");
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, protocol, , groups]) => `${protocol} ${groups}` === "0 00000001").length;
}

/** Runs code as a process of its own; gives its exit code and what it printed. */
async function run(code: string, ...prefix: string[]): Promise<{ code: number; stdout: string }> {
  const argv = ["--conditions=@fairlead/source", "--input-type=module", "--eval", code];
  const [command = "", ...rest] = [...prefix, process.execPath, ...argv];
  return await promisify(execFile)(command, rest).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code: exitCode, stdout }) => ({ code: exitCode, stdout }),
  );
}

for (const [how, end, code] of [
  ["by process.exit", "process.exit(7)", 7],
  ["of an error", "setImmediate(() => { throw new Error('of the caller'); }); await new Promise(() => {});", 1],
] as const) {
  test(`a process that ends ${how} does not wait for its watch`, async () => {
    const script = `
      import { watchLinks } from "@fairlead/netlink";
      for await (const { link } of watchLinks()) if (link.name === "lo") { ${end} }`;
    assert.equal((await run(script)).code, code);
  });
}

test("a watch that cannot begin says why, and can be closed", async () => {
  const script = `
    import { watchLinks } from "@fairlead/netlink";
    const watch = watchLinks();
    try {
      for await (const _ of watch) break;
    } catch (error) {
      console.log(error.name, error.code, error.errnoName);
    }
    await watch.close();`;
  const { code, stdout } = await run(script, "setpriv", "--bounding-set=-net_admin");
  assert.deepEqual([code, stdout], [0, "NetlinkError NETLINK_SYSTEM_CALL EPERM\n"]);
  assert.throws(() => watchLinks({ receiveBufferBytes: 2 ** 31 }), { code: "NETLINK_ARGUMENT_INVALID" });
});
