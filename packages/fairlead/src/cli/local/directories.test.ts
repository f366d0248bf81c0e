import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLogger } from "../../base/log.ts";
import { agentDirectories, localDirectories, masterDirectory, removeOurs } from "./directories.ts";

test("what is given is taken, and stays", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "fairlead-dirs-"));
  t.after(() => rmSync(root, { recursive: true }));
  const directories = await localDirectories({ work_dir: root, runtime_dir: join(root, "run") });
  assert.deepEqual(directories, { workDir: root, runtimeDir: join(root, "run"), ours: [] });
  assert.equal(masterDirectory(directories), join(root, "master"));
  assert.deepEqual(agentDirectories(directories, 0), { work_dir: root, runtime_dir: join(root, "run") });
  assert.deepEqual(agentDirectories(directories, 1), {
    work_dir: join(root, "agent-2"),
    runtime_dir: join(root, "run/agent-2"),
  });
  await removeOurs(directories, 2, silentLogger);
  assert.ok(existsSync(root));
});

test("a work directory alone leads to the same runtime directory each time", async () => {
  const one = await localDirectories({ work_dir: "/var/lib/fairlead" });
  assert.match(one.runtimeDir, /^\/run\/fairlead\/[0-9a-f]{12}$/);
  assert.deepEqual(one, await localDirectories({ work_dir: "/var/lib/fairlead" }));
  assert.deepEqual(one.ours, [one.runtimeDir]);
  assert.notEqual((await localDirectories({ work_dir: "/var/lib/other" })).runtimeDir, one.runtimeDir);
});

test("a temporary one is open to every user, and removed unless containers are left", async (t) => {
  const { workDir } = await localDirectories({});
  t.after(() => rmSync(workDir, { recursive: true, force: true }));
  assert.equal(statSync(workDir).mode & 0o777, 0o755);
  const runtimeDir = join(workDir, "run");
  const directories = { workDir, runtimeDir, ours: [runtimeDir, workDir] };
  const left = join(runtimeDir, "agent-2/containers/c1");
  mkdirSync(left, { recursive: true });
  await removeOurs(directories, 2, silentLogger);
  assert.ok(existsSync(left));
  rmSync(left, { recursive: true });
  await removeOurs(directories, 2, silentLogger);
  assert.ok(!existsSync(workDir));
});
