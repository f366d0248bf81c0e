import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { separateHierarchies, unifiedHierarchy } from "./fake-hierarchy.fixture.ts";

const NO_SIGNAL = 0;
const SIGKILL = 9;

test("the path is the same in every hierarchy, and absolute", async (t) => {
  const { cgroup, path } = await separateHierarchies(t, { freezer: {}, memory: {}, pids: {} });
  assert.equal(cgroup.path, "/mesos/c1");
  assert.equal(cgroup.directory("memory"), dirname(path("memory", "x")));
  assert.equal(cgroup.directory("cpu"), undefined);
});

test("processes are those of the cgroup and of all below it", async (t) => {
  const { cgroup, path } = await unifiedHierarchy(t, { "cgroup.procs": "10\n11\n" });
  await mkdir(path("", "below"));
  await writeFile(path("", "below/cgroup.procs"), "12\n");
  assert.deepEqual(await cgroup.processes(), [10, 11, 12]);
});

test("a cgroup that is gone has no processes, takes no signal and needs no removal", async (t) => {
  const { cgroup, path } = await separateHierarchies(t, { freezer: {}, memory: {}, pids: {} });
  const gone = await unifiedHierarchy(t, {});
  await gone.cgroup.remove(0);
  assert.deepEqual(await gone.cgroup.processes(), []);
  assert.equal(await gone.cgroup.signal(SIGKILL), false);
  await gone.cgroup.killAll(0);
  await gone.cgroup.thaw();
  await cgroup.remove(0);
  await assert.rejects(readFile(path("memory", "x")), { code: "ENOENT" });
});

test("version 1: processes are frozen for the signal and thawed after it", async (t) => {
  const { cgroup, path } = await separateHierarchies(t, {
    freezer: { "cgroup.procs": `${process.pid}\n`, "freezer.state": "THAWED\n" },
    pids: {},
  });
  assert.equal(await cgroup.signal(NO_SIGNAL), true);
  assert.equal((await readFile(path("freezer", "freezer.state"), "utf8")).trim(), "THAWED");
});

test("version 1 without a freezer: each process gets the signal once", async (t) => {
  const { cgroup } = await separateHierarchies(t, { pids: { "cgroup.procs": `${process.pid}\n` } });
  assert.equal(await cgroup.signal(NO_SIGNAL), true);
});

test("version 2: cgroup.kill ends all at once, other signals come while it is frozen", async (t) => {
  const { cgroup, path } = await unifiedHierarchy(t, {
    "cgroup.procs": `${process.pid}\n`,
    "cgroup.kill": "",
    "cgroup.freeze": "0",
    "cgroup.events": "populated 1\nfrozen 1\n",
  });
  assert.equal(await cgroup.signal(SIGKILL), true);
  assert.equal(await readFile(path("", "cgroup.kill"), "utf8"), "1");
  assert.equal(await cgroup.signal(NO_SIGNAL), true);
  assert.equal(await readFile(path("", "cgroup.freeze"), "utf8"), "0");
});

test("an init is left out", async (t) => {
  const { cgroup } = await separateHierarchies(t, {
    freezer: { "cgroup.procs": `${process.pid}\n`, "freezer.state": "THAWED\n" },
    pids: {},
  });
  assert.equal(await cgroup.signal(SIGKILL, process.pid), false);
});

test("processes that do not end are named when the time is over", async (t) => {
  const { cgroup } = await unifiedHierarchy(t, { "cgroup.procs": "4194304\n", "cgroup.kill": "" });
  await assert.rejects(cgroup.killAll(0), {
    code: "RUNTIME_FAILED",
    message: "processes of cgroup /mesos/c1 did not end: 4194304",
  });
});

test("what is below goes first, what cannot go is told", async (t) => {
  const { cgroup, path } = await unifiedHierarchy(t, {});
  await mkdir(join(path("", "a"), "b"), { recursive: true });
  await cgroup.remove(0);
  const full = await unifiedHierarchy(t, { "cgroup.procs": "" });
  await assert.rejects(full.cgroup.remove(0), { code: "ENOTEMPTY" });
});
