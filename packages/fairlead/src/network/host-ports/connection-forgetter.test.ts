import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChangedMapping, isStale } from "./connection-forgetter.ts";

const [HOST, OTHER_HOST, TARGET, OLD_TARGET] = [1, 2, 3, 4].map((last) => Buffer.from([10, 0, 0, last])) as [
  // four of four
  Buffer,
  Buffer,
  Buffer,
  Buffer,
];

const added: ChangedMapping = { family: 4, hostPort: 53, hostAddress: undefined, target: TARGET, change: "added" };
const removed: ChangedMapping = { ...added, change: "removed" };

test("a new mapping makes all stale that go elsewhere: to the host itself, or to who had the port before", () => {
  assert.ok(isStale(added, { destination: HOST, answeredBy: HOST }));
  assert.ok(isStale(added, { destination: HOST, answeredBy: OLD_TARGET }));
  assert.ok(!isStale(added, { destination: HOST, answeredBy: TARGET }));
});

test("a mapping that is gone makes those stale that go its way", () => {
  assert.ok(isStale(removed, { destination: HOST, answeredBy: TARGET }));
  assert.ok(!isStale(removed, { destination: HOST, answeredBy: HOST }));
});

test("a mapping for one address of the host has nothing to do with the others", () => {
  const hostAddress = HOST;
  assert.ok(isStale({ ...added, hostAddress }, { destination: HOST, answeredBy: HOST }));
  assert.ok(!isStale({ ...added, hostAddress }, { destination: OTHER_HOST, answeredBy: OTHER_HOST }));
});
