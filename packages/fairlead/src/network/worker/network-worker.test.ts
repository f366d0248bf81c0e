import assert from "node:assert/strict";
import { test } from "node:test";
import { type Logger, silentLogger } from "../../base/log.ts";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { FakeThread } from "./fake-thread.fixture.ts";
import { CLOSE_TIMEOUT_MS, MAX_QUEUED_TASKS } from "./limits.ts";
import type { NetworkTask } from "./messages.ts";
import { NetworkWorker } from "./network-worker.ts";

function make(options: { onStart?: () => void; log?: Logger } = {}) {
  const threads: FakeThread[] = [];
  const clock = new VirtualClock();
  const start = () => {
    options.onStart?.();
    const thread = new FakeThread();
    threads.push(thread);
    return thread;
  };
  const worker = new NetworkWorker(start, options.log ?? silentLogger, clock);
  /** The thread that was started as the `index`th. */
  const thread = (index = 0): FakeThread => threads[index] ?? assert.fail(`thread ${index} was not started`);
  return { worker, clock, thread, threads };
}

const release = (path: string): NetworkTask => ({ kind: "release-namespace", path });
const gone = (reason: string) => ({
  code: "CNI_PLUGIN_FAILED",
  message: `the network thread cannot be used: ${reason}`,
});

test("tasks are done in their order, and the thread has two of them at a time", async () => {
  const { worker, thread, threads } = make();
  assert.equal(threads.length, 0, "nothing is started before it is needed");
  const runs = ["a", "b", "c", "d"].map((path) => worker.run(release(path)));
  assert.deepEqual(thread().got, ["a", "b"]);
  thread().done(0, { first: true });
  assert.deepEqual(thread().got, ["a", "b", "c"]);
  for (const index of [1, 2, 3]) thread().done(index);
  assert.deepEqual(await Promise.all(runs), [{ first: true }, undefined, undefined, undefined]);
  assert.equal(threads.length, 1);
});

test("a failure is the plugin's own; one that nobody foresaw is logged with its place", async () => {
  const logged: object[] = [];
  const { worker, thread } = make({ log: { ...silentLogger, error: (fields) => logged.push(fields) } });
  const [known, unknown] = [worker.run(release("a")), worker.run(release("b"))];
  thread().failed(0, "no");
  thread().failed(1, "oops", "at line 7");
  await assert.rejects(known, { code: "CNI_PLUGIN_FAILED", pluginCode: 7, message: "no" });
  await assert.rejects(unknown, { message: "oops" });
  assert.deepEqual(logged, [{ bug: "at line 7" }]);
});

test("what was aborted before the thread had it is never done", async () => {
  const { worker, thread } = make();
  const reason = new Error("enough");
  await assert.rejects(worker.run(release("x"), AbortSignal.abort(reason)), reason);
  const aborts = [new AbortController(), new AbortController(), new AbortController()];
  const runs = aborts.map(({ signal }, i) => worker.run(release(`${i}`), signal));
  const last = worker.run(release("last"));
  aborts[2]?.abort(reason);
  aborts[0]?.abort(reason);
  await assert.rejects(runs[2] ?? assert.fail(), reason);
  await assert.rejects(runs[0] ?? assert.fail(), reason);
  thread().done(0, { nobody: "waits" });
  thread().done(1);
  thread().done(2, { last: true });
  assert.deepEqual([await runs[1], await last], [undefined, { last: true }]);
  assert.deepEqual(thread().got, ["0", "1", "last"]);
});

test("a signal that is aborted later means nothing any more", async () => {
  const { worker, thread } = make();
  const abort = new AbortController();
  const run = worker.run(release("a"), abort.signal);
  thread().done(0, { done: true });
  assert.deepEqual(await run, { done: true });
  abort.abort();
});

test("a thread that dies fails what it had; the next one does what waited", async () => {
  const { worker, thread, threads } = make();
  const runs = ["a", "b", "c"].map((path) => worker.run(release(path)));
  thread().say({ kind: "ready" });
  thread().die(new Error("lost"));
  assert.equal(threads.length, 2);
  assert.deepEqual(thread(1).got, ["c"]);
  thread(1).done(0, { c: true });
  const [a, b, c] = await Promise.allSettled(runs);
  for (const outcome of [a, b]) {
    assert.ok(outcome?.status === "rejected");
    assert.equal(outcome.reason.message, "the network thread cannot be used: lost");
  }
  assert.deepEqual(c, { status: "fulfilled", value: { c: true } });
});

test("a thread that just ends is replaced, too", async () => {
  const { worker, thread } = make();
  const run = worker.run(release("a"));
  thread().say({ kind: "ready" });
  thread().emit("exit");
  await assert.rejects(run, gone("it ended"));
  const again = worker.run(release("b"));
  thread(1).done(0);
  assert.equal(await again, undefined);
});

test("threads that die before they are ready are started after longer and longer pauses", async () => {
  const { worker, thread, threads, clock } = make();
  const tryOnce = async () => {
    const count = threads.length;
    const run = worker.run(release("a"));
    const wasStarted = threads.length > count;
    if (wasStarted) thread(count).die(new Error("not permitted"));
    await assert.rejects(run, gone("not permitted"));
    return wasStarted;
  };
  assert.equal(await tryOnce(), true);
  assert.equal(await tryOnce(), true, "once may be chance");
  assert.equal(await tryOnce(), false);
  await clock.advance(1000);
  assert.equal(await tryOnce(), true);
  await clock.advance(1999);
  assert.equal(await tryOnce(), false);
  await clock.advance(1);
  assert.equal(await tryOnce(), true);
  for (let i = 0; i < 9; i++) {
    await clock.advance(30_000);
    assert.equal(await tryOnce(), true);
  }
  await clock.advance(29_999);
  assert.equal(await tryOnce(), false);

  await clock.advance(1);
  const run = worker.run(release("b"));
  thread(threads.length - 1).say({ kind: "ready" });
  thread(threads.length - 1).done(0);
  await run;
  thread(threads.length - 1).die(new Error("later"));
  assert.equal(await tryOnce(), true, "one that was ready makes up for all");
});

test("a thread that cannot even be started fails what waits", async () => {
  let isBroken = true;
  const { worker, thread } = make({
    onStart: () => {
      if (isBroken) throw new Error("no memory");
    },
  });
  await assert.rejects(worker.run(release("a")), gone("no memory"));
  isBroken = false;
  const run = worker.run(release("b"));
  thread().done(0);
  await run;
});

test("a task that cannot be given to a thread fails alone", async () => {
  const { worker, thread } = make();
  const begun = worker.run(release("a"));
  const post = thread().postMessage;
  thread().postMessage = () => {
    throw new Error("could not be cloned");
  };
  await assert.rejects(worker.run(release("b")), /could not be cloned/);
  thread().postMessage = post;
  const next = worker.run(release("c"));
  assert.deepEqual(thread().got, ["a", "c"]);
  for (const index of [0, 1]) thread().done(index);
  await Promise.all([begun, next]);
});

test("no more than a bounded number of tasks waits", async () => {
  const { worker, thread } = make();
  const runs = Array.from({ length: MAX_QUEUED_TASKS + 2 }, () => worker.run(release("a")));
  await assert.rejects(worker.run(release("one more")), { code: "CNI_PLUGIN_FAILED", pluginCode: 11 });
  for (const [index] of runs.entries()) thread().done(index);
  await Promise.all(runs);
});

test("close waits for what was asked, ends the thread, and takes nothing more", async () => {
  const { worker, thread } = make();
  const runs = ["a", "b", "c"].map((path) => worker.run(release(path)));
  const closing = worker.close();
  await assert.rejects(worker.run(release("late")), gone("it is closed"));
  for (const index of [0, 1, 2]) thread().done(index);
  await Promise.all(runs);
  await nextTurn();
  assert.deepEqual(thread().got, ["a", "b", "c", "close"]);
  thread().emit("exit");
  await closing;
  await worker.close();
});

test("there may be nothing to close", async () => {
  const { worker, threads } = make();
  await worker.close();
  assert.equal(threads.length, 0);
  const { worker: other, thread } = make();
  const run = other.run(release("a"));
  thread().die(new Error("lost"));
  await assert.rejects(run, gone("lost"));
  await other.close();
});

test("a thread that dies while it is being closed is closed", async () => {
  const { worker, thread } = make();
  const run = worker.run(release("a"));
  thread().done(0);
  await run;
  const closing = worker.close();
  await nextTurn();
  thread().die(new Error("lost"));
  await closing;
});

test("a thread that does not come to an end is ended", async () => {
  const { worker, thread, threads, clock } = make();
  const outcomes = Promise.allSettled(["a", "b", "c"].map((path) => worker.run(release(path))));
  const closing = worker.close();
  await clock.advance(CLOSE_TIMEOUT_MS);
  await closing;
  assert.equal(thread().isTerminated, true);
  assert.equal(threads.length, 1);
  assert.deepEqual(
    (await outcomes).map(({ status }) => status),
    ["rejected", "rejected", "rejected"],
  );
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
