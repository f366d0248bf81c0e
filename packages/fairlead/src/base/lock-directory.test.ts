import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { findHolder, lockDirectory } from "./lock-directory.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fairlead-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("lockDirectory", () => {
  it("holds against the same process until it is released, and leaves one empty file", () => {
    const lock = lockDirectory(directory);
    assert.throws(() => lockDirectory(directory), {
      code: "DIRECTORY_IN_USE",
      message: `${directory} is in use by process ${process.pid}`,
      data: { directory, pid: process.pid },
    });
    // the attempt has not loosened the lock
    assert.throws(() => lockDirectory(directory), { code: "DIRECTORY_IN_USE", data: { directory, pid: process.pid } });
    assert.deepEqual(readdirSync(directory), [".lock"]);
    const { size, mode } = statSync(join(directory, ".lock"));
    assert.deepEqual([size, mode & 0o777], [0, 0o600]);
    lock.release();
    lock.release();
    lockDirectory(directory).release();
  });

  it("holds against other processes, and dies with its own", async () => {
    const child = fork(new URL("./lock-holder.fixture.ts", import.meta.url), [directory], {
      env: { ...process.env, NODE_TEST_CONTEXT: "" },
    });
    const exit = once(child, "exit");
    await once(child, "message");
    assert.throws(() => lockDirectory(directory), { code: "DIRECTORY_IN_USE", data: { directory, pid: child.pid } });
    child.kill("SIGKILL");
    await exit;
    lockDirectory(directory).release();
  });

  it("says why when it cannot lock", () => {
    assert.throws(() => lockDirectory(join(directory, "none")), {
      code: "STORE_FAILED",
      message: /cannot lock .*none: /,
    });
    writeFileSync(join(directory, ".lock"), "not ours".repeat(1000));
    assert.throws(() => lockDirectory(directory), { code: "STORE_FAILED", message: /not a database/ });
  });
});

describe("findHolder", () => {
  const locks = `1: POSIX  ADVISORY  READ  100 08:01:5678 0 EOF
2: FLOCK  ADVISORY  WRITE 200 08:01:5678 0 EOF
3: POSIX  ADVISORY  WRITE 300 08:01:9999 0 EOF
3: -> POSIX  ADVISORY  WRITE 350 08:01:5678 0 EOF
4: POSIX  ADVISORY  WRITE 0 08:01:5678 0 EOF
5: POSIX  ADVISORY  WRITE 400 08:01:5678 1073741824 1073742335
`;
  it("finds the process that holds a record lock on a file", () => {
    assert.equal(findHolder(locks, 0x801n, 5678n), 400);
    assert.equal(findHolder(locks, 0x802n, 5678n), undefined);
    assert.equal(findHolder("", 0x801n, 5678n), undefined);
  });
});
