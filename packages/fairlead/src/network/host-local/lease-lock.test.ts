import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { tryLockFile } from "@fairlead/netlink";
import { withLeaseLock } from "./lease-lock.ts";

test("the lock is held for the time of the call, and let go whatever happens", (t) => {
  const directory = join(mkdtempSync(join(tmpdir(), "fairlead-lease-lock-")), "a", "b");
  t.after(() => rmSync(join(directory, "..", ".."), { recursive: true }));
  const isFree = () => {
    const fd = openSync(join(directory, "lock"), "r");
    try {
      return tryLockFile(fd);
    } finally {
      closeSync(fd);
    }
  };
  assert.equal(withLeaseLock(directory, isFree), false);
  assert.equal(isFree(), true);
  assert.throws(() => {
    withLeaseLock(directory, () => {
      throw new Error("in between");
    });
  }, /in between/);
  assert.equal(isFree(), true);

  const held = openSync(join(directory, "lock"), "r");
  assert.equal(tryLockFile(held), true);
  assert.throws(() => withLeaseLock(directory, () => assert.fail("without the lock"), [1, 1]), { pluginCode: 11 });
  closeSync(held);
  assert.equal(
    withLeaseLock(directory, () => 7, []),
    7,
  );
});
