import assert from "node:assert/strict";
import { mkdtemp, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseAgentId, parseContainerId, parseExecutorId, parseFrameworkId } from "@fairlead/mesos-api";
import { runDir } from "fairlead/agent/paths.ts";
import { createSandbox } from "fairlead/agent/sandbox.ts";
import { runCommand } from "fairlead/base/run-command.ts";
import { lookupUser } from "fairlead/base/users.ts";

const run = {
  agentId: parseAgentId("S"),
  frameworkId: parseFrameworkId("F"),
  executorId: parseExecutorId("E"),
  containerId: parseContainerId("C"),
};

test("a sandbox belongs to the task's user, and is closed to all others", async (t) => {
  const workDir = await mkdtemp(join(tmpdir(), "fairlead-sandbox-"));
  t.after(() => rm(workDir, { recursive: true, force: true }));
  await rm(workDir, { recursive: true });
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  const nobody = await lookupUser("nobody");
  await createSandbox(workDir, run, "nobody", lookupUser);
  const sandbox = runDir(workDir, run);
  const { mode, uid, gid } = await stat(sandbox);
  assert.deepEqual([mode & 0o7777, uid, gid], [0o750, nobody.uid, nobody.gid]);
  for (const name of ["stdout", "stderr"]) assert.equal((await stat(join(sandbox, name))).uid, nobody.uid);
  assert.equal(await readlink(join(sandbox, "../latest")), sandbox);

  const asUser = (name: string, ...argv: string[]) => runCommand(["runuser", "-u", name, "--", ...argv]);
  assert.equal((await asUser("nobody", "touch", join(sandbox, "own"))).code, 0);
  assert.notEqual((await asUser("daemon", "ls", sandbox)).code, 0);
});

test("an unknown user gets no sandbox", async (t) => {
  const workDir = await mkdtemp(join(tmpdir(), "fairlead-sandbox-"));
  t.after(() => rm(workDir, { recursive: true, force: true }));
  await assert.rejects(createSandbox(workDir, run, "nobody-knows-him", lookupUser), { code: "USER_UNKNOWN" });
  await assert.rejects(stat(runDir(workDir, run)), { code: "ENOENT" });
});
