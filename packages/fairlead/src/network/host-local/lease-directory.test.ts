import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type IpAddress, parseIp } from "@fairlead/cni";
import { LeaseDirectory } from "./lease-directory.ts";

const NOW_SECONDS = 1_700_000_000;
const owner = { containerId: "c", ifName: "eth0" };

function ip(text: string): IpAddress {
  return parseIp(text) ?? assert.fail(text);
}

function make(t: TestContext, newMark: () => number) {
  const parent = mkdtempSync(join(tmpdir(), "fairlead-lease-directory-"));
  t.after(() => rmSync(parent, { recursive: true }));
  const path = join(parent, "leases");
  const leases = new LeaseDirectory(path, newMark);
  return { path, leases, seen: () => leases.locked(({ all }) => Object.fromEntries(all)) };
}

test("what is known is not read again, as long as nobody else changes the directory", (t) => {
  let marks = 0;
  const { path, leases, seen } = make(t, () => NOW_SECONDS + 0.123 + ++marks / 1000);
  leases.locked((all) => assert.equal(all.take(ip("10.0.0.2"), owner, 0), true));
  assert.ok(Math.abs(statSync(path).mtimeMs / 1000 - NOW_SECONDS) < 1, "the mark");
  // in place, which does not show in the directory: so one can tell whether it was read
  writeFileSync(join(path, "10.0.0.2"), "rewritten");
  assert.deepEqual(seen(), { "10.0.0.2": "c\r\neth0" });
  leases.locked((all) => assert.equal(all.take(ip("10.0.0.3"), owner, 0), true));
  assert.deepEqual(seen(), { "10.0.0.2": "c\r\neth0", "10.0.0.3": "c\r\neth0" });
  assert.equal(marks, 2, "only changes need a mark");

  writeFileSync(join(path, "10.0.0.4"), "foreign");
  assert.deepEqual(seen(), { "10.0.0.2": "rewritten", "10.0.0.3": "c\r\neth0", "10.0.0.4": "foreign" });
});

test("a refusal in between does not make forget what is known", (t) => {
  const { path, leases, seen } = make(t, () => NOW_SECONDS + Math.random());
  leases.locked((all) => all.take(ip("10.0.0.2"), owner, 0));
  writeFileSync(join(path, "10.0.0.2"), "rewritten");
  assert.throws(() => {
    leases.locked((all) => {
      all.take(ip("10.0.0.3"), owner, 0);
      all.release(["10.0.0.3"]);
      throw new Error("no");
    });
  }, /no/);
  assert.deepEqual(seen(), { "10.0.0.2": "c\r\neth0" });
});

test("marks that could be met again are not trusted", (t) => {
  const { path, leases, seen } = make(t, () => NOW_SECONDS);
  leases.locked((all) => all.take(ip("10.0.0.2"), owner, 0));
  writeFileSync(join(path, "10.0.0.2"), "rewritten");
  assert.deepEqual(seen(), { "10.0.0.2": "rewritten" });
});

test("another directory in its place is another one, whatever its time", (t) => {
  const { path, leases, seen } = make(t, () => NOW_SECONDS + 0.5);
  const other = make(t, () => NOW_SECONDS + 0.5);
  leases.locked((all) => all.take(ip("10.0.0.2"), owner, 0));
  other.leases.locked((all) => all.take(ip("10.0.0.9"), owner, 0));
  renameSync(path, `${path}.old`);
  renameSync(other.path, path);
  utimesSync(path, NOW_SECONDS + 0.5, NOW_SECONDS + 0.5);
  assert.deepEqual(seen(), { "10.0.0.9": "c\r\neth0" });
});

test("an address that somebody took without the lock is not given out", (t) => {
  const { path, leases, seen } = make(t, () => NOW_SECONDS + Math.random());
  leases.locked((all) => {
    writeFileSync(join(path, "10.0.0.2"), "foreign");
    assert.equal(all.take(ip("10.0.0.2"), owner, 0), false);
  });
  assert.deepEqual(seen(), { "10.0.0.2": "foreign" });
});

test("only locked makes the directory", (t) => {
  const { leases, seen } = make(t, () => NOW_SECONDS);
  assert.equal(
    leases.lockedIfThere(() => assert.fail("there is none")),
    undefined,
  );
  assert.deepEqual(seen(), {});
  assert.equal(
    leases.lockedIfThere(() => 7),
    7,
  );
});
