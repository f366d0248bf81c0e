import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_EVENTS_BEFORE_OPEN } from "./limits.ts";
import { PendingStream } from "./pending-stream.ts";

function target() {
  const seen: (number | "end")[] = [];
  return { ended: false, seen, send: (event: number) => void seen.push(event), end: () => void seen.push("end") };
}

test("what is sent before the stream opens comes first, then everything else at once", () => {
  const stream = new PendingStream<number>();
  const peer = target();
  stream.send(1);
  stream.send(2);
  stream.open(peer);
  stream.send(3);
  stream.end();
  assert.deepEqual(peer.seen, [1, 2, 3, "end"]);
});

test("a stream that was ended before it opens ends behind what was sent", () => {
  const stream = new PendingStream<number>();
  const peer = target();
  stream.send(1);
  stream.end();
  stream.send(2);
  stream.open(peer);
  assert.deepEqual(peer.seen, [1, "end"]);
});

test("a stream that nobody opens keeps no more than its bound, and ends there", () => {
  const stream = new PendingStream<number>();
  const peer = target();
  for (let i = 0; i < MAX_EVENTS_BEFORE_OPEN + 5; i++) stream.send(i);
  stream.open(peer);
  assert.equal(peer.seen.length, MAX_EVENTS_BEFORE_OPEN + 1);
  assert.equal(peer.seen.at(-1), "end");
});
