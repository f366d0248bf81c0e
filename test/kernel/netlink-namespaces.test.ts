import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { listLinks, NetlinkError, NetlinkProtocol, NetlinkSocket, NetworkNamespace } from "@fairlead/netlink";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "netlink-namespaces-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** Id of the namespace that the calling thread is in. */
function here(): string {
  using current = NetworkNamespace.current();
  return current.id;
}

const mounts = (path: string) =>
  readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(` ${path} `)).length;

const hasCode = (code: string) => (error: unknown) => error instanceof NetlinkError && error.code === code;

test("a new namespace has a loopback that is down, and nothing else", () => {
  const home = here();
  using made = NetworkNamespace.create();
  assert.notEqual(made.id, home);
  assert.equal(here(), home);
  using socket = made.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
  assert.deepEqual(
    listLinks(socket).map(({ name, isUp }) => ({ name, isUp })),
    [{ name: "lo", isUp: false }],
  );
});

test("within enter the thread is there, afterwards it is back, also after a throw and from within another", () => {
  const home = here();
  using outer = NetworkNamespace.create();
  using inner = NetworkNamespace.create();
  const seen = outer.enter(() => [here(), inner.enter(here), here()]);
  assert.deepEqual(seen, [outer.id, inner.id, outer.id]);
  assert.equal(here(), home);
  const thrown = new Error("of the caller");
  assert.throws(
    () =>
      outer.enter(() => {
        throw thrown;
      }),
    (error) => error === thrown,
  );
  assert.equal(here(), home);
});

test("processes that are started within enter live there", () => {
  using made = NetworkNamespace.create();
  const link = made.enter(() => execFileSync("readlink", ["/proc/self/ns/net"], { encoding: "utf8" }));
  assert.equal(link.trim(), `net:[${made.id.split(":")[1]}]`);
});

test("a caller that holds its own namespace open says so", () => {
  using home = NetworkNamespace.current();
  using made = NetworkNamespace.create();
  assert.equal(made.enter(here, home), made.id);
  assert.equal(here(), home.id);
});

test("a file that is no namespace is not entered", (t) => {
  const home = here();
  const file = join(directory(t), "file");
  writeFileSync(file, "");
  using wrong = NetworkNamespace.open(file);
  assert.throws(() => wrong.enter(here), hasCode("NETLINK_SYSTEM_CALL"));
  assert.equal(here(), home);
});

test("a thread that cannot come back says so", async () => {
  // in a thread of its own, which ends in the wrong namespace
  const code = `
    import { parentPort } from "node:worker_threads";
    import { NetworkNamespace } from "@fairlead/netlink";
    const home = NetworkNamespace.current();
    const made = NetworkNamespace.create();
    try {
      made.enter(() => home.close(), home);
    } catch (error) {
      parentPort.postMessage([error.code, NetworkNamespace.current().id === made.id]);
    }
    made.close();`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(resolved(code))}`));
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.on("message", resolve);
  worker.on("error", reject);
  assert.deepEqual(await promise, ["NETLINK_NAMESPACE_LOST", true]);
  await worker.terminate();
});

/** Modules without a place on disk import by address only. */
function resolved(code: string): string {
  return code.replace("@fairlead/netlink", import.meta.resolve("@fairlead/netlink"));
}

test("a pin keeps a namespace alive without anyone in it, until it is taken away", (t) => {
  const path = join(directory(t), "web-1");
  const made = NetworkNamespace.create();
  made.pin(path);
  made.close();
  const pinned = NetworkNamespace.open(path);
  assert.equal(pinned.id, made.id);
  assert.equal(pinned.enter(here), made.id);
  pinned.close();
  assert.equal(
    execFileSync("nsenter", [`--net=${path}`, "readlink", "/proc/self/ns/net"], { encoding: "utf8" }).trim(),
    `net:[${made.id.split(":")[1]}]`,
  );
  NetworkNamespace.unpin(path);
  assert.deepEqual([existsSync(path), mounts(path)], [false, 0]);
});

test("taking a pin away twice, or one that is half made, or one upon another", (t) => {
  const path = join(directory(t), "web-1");
  NetworkNamespace.unpin(path);
  writeFileSync(path, "");
  NetworkNamespace.unpin(path);
  assert.equal(existsSync(path), false);
  using first = NetworkNamespace.create();
  using second = NetworkNamespace.create();
  first.pin(path);
  second.pin(path);
  assert.equal(mounts(path), 2);
  NetworkNamespace.unpin(path);
  assert.deepEqual([existsSync(path), mounts(path)], [false, 0]);
});

test("a pin that fails leaves no file", (t) => {
  const path = join(directory(t), "web-1");
  const made = NetworkNamespace.create();
  made.close();
  // what its descriptor was is closed: there is nothing to bind
  assert.throws(() => made.pin(path), hasCode("NETLINK_SYSTEM_CALL"));
  assert.equal(existsSync(path), false);
  assert.throws(() => NetworkNamespace.open(path), { code: "ENOENT" });
});

test("nothing stays open, and closing twice closes nothing else", () => {
  const before = openNamespaces();
  const made = NetworkNamespace.create();
  made.enter(() => undefined);
  assert.throws(() => made.enter(() => assert.fail("of the caller")));
  made.close();
  assert.deepEqual(openNamespaces(), before);
  // descriptors are used again, the lowest first: one of these has its number now
  const others = Array.from({ length: made.fd + 1 }, () => NetworkNamespace.current());
  assert.ok(others.some(({ fd }) => fd === made.fd));
  made.close();
  assert.equal(openNamespaces().length, before.length + others.length);
  for (const other of others) other.close();
});

function openNamespaces(): string[] {
  const own = "/proc/self/fd";
  // one of them is that of the directory, which is closed when it is looked at
  return readdirSync(own).filter((fd) => existsSync(join(own, fd)) && readlinkSync(join(own, fd)).startsWith("net:"));
}
