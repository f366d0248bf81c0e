import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findPingPrograms } from "./ping-programs.ts";

test("each program once, by its own path", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-ping-"));
  t.after(() => rm(directory, { recursive: true }));
  const bin = join(directory, "usr-bin");
  await mkdir(bin);
  await symlink(bin, join(directory, "bin"));
  await writeFile(join(bin, "ping"), "");
  await symlink("ping", join(bin, "ping4"));
  assert.deepEqual(await findPingPrograms([bin, join(directory, "bin"), "/nonexistent"]), [join(bin, "ping")]);
});
