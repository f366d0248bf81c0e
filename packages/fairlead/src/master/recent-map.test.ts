import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentMap } from "./recent-map.ts";

test("the oldest entries fall out, and are returned", () => {
  const map = new RecentMap<string, number>(2);
  assert.deepEqual(map.set("a", 1), []);
  assert.deepEqual(map.set("b", 2), []);
  assert.deepEqual(map.set("c", 3), [["a", 1]]);
  assert.deepEqual(
    [...map.entries],
    [
      ["b", 2],
      ["c", 3],
    ],
  );
});

test("setting an entry again makes it the newest", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  map.set("c", 4);
  assert.deepEqual(
    [...map.entries],
    [
      ["a", 3],
      ["c", 4],
    ],
  );
});

test("a capacity of 0 remembers nothing", () => {
  const map = new RecentMap<string, number>(0);
  assert.deepEqual(map.set("a", 1), [["a", 1]]);
  assert.equal(map.has("a"), false);
});
