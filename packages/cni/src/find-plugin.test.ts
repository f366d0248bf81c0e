import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findPlugin } from "./find-plugin.ts";

test("the first executable file of the search path is the plugin", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "cni-find-"));
  t.after(() => rm(root, { recursive: true }));
  const [one, two] = [join(root, "one"), join(root, "two")];
  await mkdir(join(one, "directory"), { recursive: true });
  await mkdir(two);
  await writeFile(join(one, "plain"), "", { mode: 0o644 });
  await writeFile(join(two, "plain"), "", { mode: 0o755 });
  await writeFile(join(one, "both"), "", { mode: 0o755 });
  await writeFile(join(two, "both"), "", { mode: 0o755 });
  await writeFile(join(two, "other-only"), "");
  await chmod(join(two, "other-only"), 0o601);
  await symlink(join(two, "plain"), join(one, "link"));
  await symlink(join(two, "gone"), join(one, "dangling"));

  const path = [one, "", join(root, "missing"), two];
  assert.equal(await findPlugin("both", path), join(one, "both"));
  assert.equal(await findPlugin("plain", path), join(two, "plain"));
  assert.equal(await findPlugin("other-only", path), join(two, "other-only"));
  assert.equal(await findPlugin("link", path), join(one, "link"));
  for (const type of ["directory", "dangling", "absent", "../one/both", "one/both", "", "..", "both\0"]) {
    assert.equal(await findPlugin(type, path), undefined, type);
  }
  assert.equal(await findPlugin("both", []), undefined);
});
