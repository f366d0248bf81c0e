import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentlyUsed } from "./recently-used.ts";

test("a value is made once, and forgotten when others were used since", () => {
  const made: string[] = [];
  const recent = new RecentlyUsed<string>(2);
  const use = (key: string) => recent.get(key, () => `${key}${made.push(key)}`);
  assert.equal(use("a"), "a1");
  assert.equal(use("b"), "b2");
  assert.equal(use("a"), "a1");
  assert.equal(use("c"), "c3");
  assert.equal(use("a"), "a1");
  assert.equal(use("b"), "b4");
});

test("what could not be made is tried again", () => {
  const recent = new RecentlyUsed<number>(2);
  const fail = () => {
    throw new Error("no");
  };
  assert.throws(() => recent.get("a", fail), /no/);
  assert.equal(
    recent.get("a", () => 1),
    1,
  );
});
