import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { tryLockFile } from "./file-lock.ts";

test("a lock is had by one opening of the file at a time, and goes with it", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-lock-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const open = () => openSync(join(directory, "lock"), "a");
  const [first, second] = [open(), open()];
  assert.equal(tryLockFile(first), true);
  assert.equal(tryLockFile(first), true, "again by the same opening");
  assert.equal(tryLockFile(second), false);
  closeSync(first);
  assert.equal(tryLockFile(second), true);
  closeSync(second);
});

test("what cannot be locked is an error", () => {
  assert.throws(() => tryLockFile(-1), { code: "NETLINK_SYSTEM_CALL", errnoName: "EBADF" });
});
