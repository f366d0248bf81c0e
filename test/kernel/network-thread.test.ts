import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { JsonObject } from "@fairlead/cni";
import { NetworkNamespace } from "@fairlead/netlink";
import { systemClock } from "fairlead/base/clock.ts";
import { type Logger, silentLogger } from "fairlead/base/log.ts";
import { NetworkWorker } from "fairlead/network/worker/network-worker.ts";
import { createNetworkWorker } from "fairlead/network/worker/start-network-worker.ts";
import { run } from "./cni-host.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

/** A real thread with the plugins of `network-thread.fixture.ts`. */
class Threads {
  readonly all: Worker[] = [];
  readonly logged: object[] = [];
  readonly worker: NetworkWorker;

  constructor(t: TestContext, file = "network-thread.fixture.ts") {
    const log: Logger = { ...silentLogger, error: (fields) => this.logged.push(fields) };
    const start = () => {
      const thread = new Worker(new URL(file, import.meta.url), { workerData: { poolSize: 0 } });
      this.all.push(thread);
      return thread;
    };
    this.worker = new NetworkWorker(start, log, systemClock);
    t.after(() => this.worker.close());
  }

  run(type: string, config: JsonObject = {}, containerId = "c", signal?: AbortSignal): Promise<unknown> {
    const call = { command: "ADD", type, config: { cniVersion: "1.0.0", name: "n", ...config }, containerId } as const;
    return this.worker.run({ kind: "plugin", call, ipamProcess: undefined }, signal);
  }
}

const home = () => {
  using namespace = NetworkNamespace.current();
  return { namespace: namespace.id };
};

const gone = (reason: RegExp) => ({ code: "CNI_PLUGIN_FAILED", message: reason });

test("the thread is in the namespace of its process", async (t) => {
  const threads = new Threads(t);
  assert.deepEqual(await threads.run("where"), home());
});

for (const type of ["stray", "lost"]) {
  test(`a thread that has lost its namespace (${type}) says nothing was done and ends; the next call has another`, async (t) => {
    const threads = new Threads(t);
    await threads.run("where");
    const [first, second, third] = [threads.run(type), threads.run("where"), threads.run("where")];
    await assert.rejects(first, gone(/cannot be used: .*(?:instead of|way back)/));
    await assert.rejects(second, gone(/cannot be used/));
    assert.deepEqual(await third, home(), "what the thread did not have yet is done by the next one");
    assert.equal(threads.all.length, 2);
    assert.deepEqual(await threads.run("where"), home());
  });
}

test("a thread that ends fails what it had, once; what waited is done by the next one", async (t) => {
  const threads = new Threads(t);
  const runs = await Promise.allSettled(["where", "exit", "where", "where"].map((type) => threads.run(type)));
  assert.deepEqual(
    runs.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected", "fulfilled"],
  );
  assert.equal(threads.all.length, 2);
});

test("a thread that dies between calls is replaced", async (t) => {
  const threads = new Threads(t);
  assert.deepEqual(await threads.run("bomb"), {});
  const [thread] = threads.all;
  await new Promise((resolve) => thread?.once("exit", resolve));
  assert.deepEqual(await threads.run("where"), home());
  assert.equal(threads.all.length, 2);
  assert.equal(threads.logged.length, 1);
});

test("an error that nobody foresaw fails its call, and is logged with its place", async (t) => {
  const threads = new Threads(t);
  await assert.rejects(threads.run("bug"), { code: "CNI_PLUGIN_FAILED", pluginCode: 999, message: "not thought of" });
  assert.match(JSON.stringify(threads.logged), /TypeError: not thought of.*network-thread\.fixture/);
  assert.deepEqual(await threads.run("where"), home());
  assert.equal(threads.all.length, 1);
});

test("an abort does not wait for the thread; what it had not begun is never done, and what follows comes after", async (t) => {
  const threads = new Threads(t);
  const directory = await mkdtemp(join(tmpdir(), "fairlead-kernel-thread-"));
  t.after(() => rm(directory, { recursive: true }));
  const [log, until] = [join(directory, "log"), join(directory, "until")];
  const slow = (id: string, signal?: AbortSignal) => threads.run("slow", { log, until }, id, signal);

  const aborts = { begun: new AbortController(), waiting: new AbortController() };
  const begun = slow("begun", aborts.begun.signal);
  const next = slow("next");
  const waiting = slow("waiting", aborts.waiting.signal);
  const last = slow("last");
  while (!existsSync(log)) await delay(2);
  const reason = new Error("enough");
  aborts.begun.abort(reason);
  aborts.waiting.abort(reason);
  await assert.rejects(begun, reason);
  await assert.rejects(waiting, reason);
  assert.equal(readFileSync(log, "utf8"), "begun\n", "the thread is still at it");
  writeFileSync(until, "");
  assert.deepEqual([await next, await last], [{}, {}]);
  assert.equal(readFileSync(log, "utf8"), "begun\nnext\nlast\n");
});

test("close waits for what is under way, and ends the thread", async (t) => {
  const threads = new Threads(t);
  const directory = await mkdtemp(join(tmpdir(), "fairlead-kernel-thread-"));
  t.after(() => rm(directory, { recursive: true }));
  const [log, until] = [join(directory, "log"), join(directory, "until")];
  const runs = ["a", "b", "c"].map((id) => threads.run("slow", { log, until }, id));
  const [thread] = threads.all;
  assert.ok(thread !== undefined);
  const exit = once(thread, "exit");
  const closing = threads.worker.close();
  await assert.rejects(threads.run("where"), gone(/it is closed$/));
  writeFileSync(until, "");
  assert.deepEqual(await Promise.all(runs), [{}, {}, {}]);
  await closing;
  assert.deepEqual(await exit, [0]);
  assert.equal(readFileSync(log, "utf8"), "a\nb\nc\n");
});

test("a thread that cannot start is not started for every call", async (t) => {
  const threads = new Threads(t, "no-such-thread.ts");
  for (let i = 0; i < 5; i++) await assert.rejects(threads.run("where"), gone(/no-such-thread/));
  assert.equal(threads.all.length, 2);
  assert.equal(threads.logged.length, 2);
});

test("what was made ahead goes with the thread", async (t) => {
  const links = async () => {
    const found: { ifname: string }[] = JSON.parse(await run("ip", "-json", "link"));
    return found.map(({ ifname }) => ifname).filter((name) => name !== "lo");
  };
  assert.deepEqual(await links(), []);
  const worker = createNetworkWorker({ log: silentLogger, poolSize: 3 });
  t.after(() => worker.close());
  const directory = await mkdtemp(join(tmpdir(), "fairlead-kernel-thread-"));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, "ns");
  writeFileSync(path, "");
  await worker.run({ kind: "create-namespace", path, withVeth: true });
  while ((await links()).length < 3) await delay(5);
  await worker.run({ kind: "release-namespace", path });
  await worker.close();
  while ((await links()).length > 0) await delay(5);
});
