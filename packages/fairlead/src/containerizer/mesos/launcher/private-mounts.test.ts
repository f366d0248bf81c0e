import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { inPrivateMounts } from "./private-mounts.ts";

test("whatever is mounted is mounted by a child of unshare, as a slave of the host", () => {
  const argv = inPrivateMounts(["conmon", "--sync"], { rootfs: "/r", unifiedCgroup: "/sys/fs/cgroup/unified" });
  assert.deepEqual(argv.slice(0, 6), ["unshare", "--mount", "--propagation", "slave", "sh", "-c"]);
  assert.deepEqual(argv.slice(7), ["sh", "/sys/fs/cgroup/unified", "/r", "conmon", "--sync"]);
  assert.equal(inPrivateMounts(["x"], { rootfs: "/r" })[8], "");
});

test("the script is one that the shell understands, and stops at the first failure", () => {
  const [, , , , shell = "", dashC = "", script = "", ...args] = inPrivateMounts(["echo", "ran"], {
    rootfs: "/nonexistent",
    unifiedCgroup: "/nonexistent",
  });
  execFileSync(shell, ["-n", dashC, script]);
  // in the place of the real commands: nothing is mounted by this test
  const harmless = `umount() { echo "umount $*"; }; mount() { echo "mount $*"; return 1; }; ${script}`;
  assert.throws(
    () => execFileSync(shell, [dashC, harmless, ...args], { encoding: "utf8" }),
    (error: { stdout?: string; status?: number }) => {
      assert.equal(error.stdout, "umount /nonexistent\nmount --rbind / /nonexistent\n");
      return error.status === 1;
    },
  );
});
