import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { removeTree } from "fairlead/base/files/remove-tree.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

let root: string;
let tree: string;
let undo: [string, ...string[]][];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fairlead-remove-"));
  tree = join(root, "tree");
  undo = [];
  mkdirSync(join(tree, "a", "mounted"), { recursive: true });
  mkdirSync(join(root, "outside"));
  writeFileSync(join(root, "outside", "file"), "stays");
  writeFileSync(join(tree, "file"), "x");
});
afterEach(() => {
  for (const [command, ...args] of undo.reverse()) execFileSync(command, args);
  rmSync(root, { recursive: true });
});

function mount(target: string, ...args: string[]): void {
  execFileSync("mount", [...args, target]);
  undo.push(["umount", target]);
}

const crosses = (mountPoint: string) => ({ code: "CROSSES_MOUNT", data: { path: tree, mountPoint } });

describe("removeTree", () => {
  it("removes nothing when a directory of the same file system is mounted inside", async () => {
    mount(join(tree, "a", "mounted"), "--bind", join(root, "outside"));
    await assert.rejects(removeTree(tree), crosses(join(tree, "a", "mounted")));
    assert.deepEqual(readdirSync(tree).toSorted(), ["a", "file"]);
    assert.ok(existsSync(join(root, "outside", "file")));
  });

  it("removes nothing when another file system is mounted inside", async () => {
    mount(join(tree, "a", "mounted"), "-t", "tmpfs", "tmpfs");
    writeFileSync(join(tree, "a", "mounted", "file"), "stays");
    await assert.rejects(removeTree(tree), crosses(join(tree, "a", "mounted")));
    assert.ok(existsSync(join(tree, "a", "mounted", "file")));
  });

  it("removes nothing when the directory itself is a mount point", async () => {
    mount(tree, "--bind", join(root, "outside"));
    await assert.rejects(removeTree(tree), crosses(tree));
    assert.ok(existsSync(join(root, "outside", "file")));
  });

  it("removes nothing when a file is a mount point", async () => {
    mount(join(tree, "file"), "--bind", join(root, "outside", "file"));
    await assert.rejects(removeTree(tree), crosses(join(tree, "file")));
  });

  // a mount that appears after the mount table was read
  const unseen = async () => [];

  for (const [what, ...args] of [
    ["a bind mount of the same file system", "--bind", "OUTSIDE"],
    ["another file system", "-t", "tmpfs", "tmpfs"],
  ] as const) {
    it(`stops at ${what} that it did not foresee`, async () => {
      const mounted = join(tree, "a", "mounted");
      mount(mounted, ...args.map((arg) => (arg === "OUTSIDE" ? join(root, "outside") : arg)));
      writeFileSync(join(mounted, "inside"), "stays");
      await assert.rejects(removeTree(tree, unseen), crosses("mounted"));
      assert.ok(existsSync(join(mounted, "inside")));
    });
  }

  it("stops at itself and at a file that were mounted unforeseen", async () => {
    mount(join(tree, "file"), "--bind", join(root, "outside", "file"));
    await assert.rejects(removeTree(tree, unseen), crosses("file"));
    mount(tree, "--bind", join(root, "outside"));
    await assert.rejects(removeTree(tree, unseen), crosses("tree"));
    assert.ok(existsSync(join(root, "outside", "file")));
  });

  it("goes on after a failure, and tells it at the end", async () => {
    writeFileSync(join(tree, "a", "fixed"), "x");
    execFileSync("chattr", ["+i", join(tree, "a", "fixed")]);
    undo.push(["chattr", "-i", join(tree, "a", "fixed")]);
    await assert.rejects(removeTree(tree), (error: AggregateError) => {
      assert.match(error.message, /^cannot remove .*tree: .*EPERM/);
      return error.errors.length === 1;
    });
    assert.deepEqual(readdirSync(tree), ["a"]);
    assert.deepEqual(readdirSync(join(tree, "a")), ["fixed"]);
  });

  it("removes what is mounted in the namespace of somebody else, and leaves what is mounted there", async () => {
    const mounted = join(tree, "a", "mounted");
    const script = `mount --bind ${join(root, "outside")} ${mounted} && echo mounted && read line`;
    const { spawn } = await import("node:child_process");
    const other = spawn("unshare", ["--mount", "sh", "-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((resolve) => other.stdout.once("data", resolve));
    await removeTree(tree);
    other.stdin.end();
    await new Promise((resolve) => other.once("exit", resolve));
    assert.equal(existsSync(tree), false);
    assert.ok(existsSync(join(root, "outside", "file")));
  });
});
