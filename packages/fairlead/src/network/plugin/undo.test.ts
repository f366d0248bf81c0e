import assert from "node:assert/strict";
import { test } from "node:test";
import { NetlinkError } from "@fairlead/netlink";
import { UndoList } from "./undo.ts";

const lost = () => new NetlinkError("NETLINK_NAMESPACE_LOST", "elsewhere");

function recorded(fail: (undone: string[], undo: UndoList) => void): { undone: string[]; error: unknown } {
  const undone: string[] = [];
  try {
    UndoList.guard((undo) => {
      undo.push(() => undone.push("first"));
      fail(undone, undo);
    });
  } catch (error) {
    return { undone, error };
  }
  assert.fail("nothing was thrown");
}

test("what succeeds is not undone", () => {
  const undone: string[] = [];
  assert.equal(
    UndoList.guard((undo) => {
      undo.push(() => undone.push("step"));
      return 7;
    }),
    7,
  );
  assert.deepEqual(undone, []);
});

test("a failure undoes every step, the last one first, and stays the failure whatever undoing throws", () => {
  const { undone, error } = recorded((list, undo) => {
    undo.push(() => {
      throw new Error("in undoing");
    });
    undo.push(() => list.push("last"));
    throw new Error("the failure");
  });
  assert.deepEqual(undone, ["last", "first"]);
  assert.match(String(error), /the failure/);
});

test("a thread in the wrong namespace undoes nothing there", () => {
  const before = recorded(() => {
    throw lost();
  });
  assert.deepEqual(before.undone, []);
  const during = recorded((_, undo) => {
    undo.push(() => {
      throw lost();
    });
    throw new Error("the failure");
  });
  assert.deepEqual(during.undone, []);
  for (const { error } of [before, during]) assert.ok(error instanceof NetlinkError);
});
