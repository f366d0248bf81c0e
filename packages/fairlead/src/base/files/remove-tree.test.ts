import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { removeTree } from "./remove-tree.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fairlead-remove-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const descriptors = () => readdirSync("/proc/self/fd").length;

describe("removeTree", () => {
  it("removes files and directories with all kinds of names, and nothing beside them", async () => {
    const tree = join(root, "tree");
    mkdirSync(join(tree, "a", "b", "c"), { recursive: true });
    mkdirSync(join(tree, "empty"));
    for (let i = 0; i < 600; i++) writeFileSync(join(tree, "a", `file ${i}`), "x");
    writeFileSync(join(tree, "a", "b", "new\nline"), "x");
    writeFileSync(Buffer.concat([Buffer.from(join(tree, "bytes ")), Buffer.from([0xff, 0xfe])]), "x");
    writeFileSync(join(root, "tree2"), "stays");
    const before = descriptors();
    await removeTree(tree);
    assert.deepEqual(readdirSync(root), ["tree2"]);
    assert.equal(descriptors(), before);
    await removeTree(join(root, "tree2"));
    assert.deepEqual(readdirSync(root), []);
  });

  it("is fine with nothing there", async () => {
    await removeTree(join(root, "none"));
    await removeTree(join(root, "none", "below"));
    writeFileSync(join(root, "file"), "x");
    await removeTree(join(root, "file", "below"));
    assert.deepEqual(readdirSync(root), ["file"]);
  });

  it("removes symbolic links, not what they point to", async () => {
    mkdirSync(join(root, "outside"));
    writeFileSync(join(root, "outside", "file"), "stays");
    mkdirSync(join(root, "tree"));
    symlinkSync(join(root, "outside"), join(root, "tree", "link"));
    symlinkSync(join(root, "outside", "file"), join(root, "tree", "file link"));
    symlinkSync("nowhere", join(root, "tree", "dangling"));
    await removeTree(join(root, "tree"));
    symlinkSync("outside", join(root, "tree"));
    await removeTree(join(root, "tree"));
    assert.equal(existsSync(join(root, "tree")), false);
    assert.equal(readFileSync(join(root, "outside", "file"), "utf8"), "stays");
  });

  it("goes through a link on the way to the tree", async () => {
    mkdirSync(join(root, "real", "tree", "a"), { recursive: true });
    symlinkSync("real", join(root, "link"));
    await removeTree(join(root, "link", "tree"));
    assert.deepEqual(readdirSync(join(root, "real")), []);
  });

  it("removes trees that are deeper than paths and descriptors reach", async () => {
    const make = join(root, "make");
    mkdirSync(make);
    for (let level = 0; level < 1000; level++) {
      const above = join(root, "above");
      mkdirSync(above);
      if (level % 100 === 0) writeFileSync(join(above, "file"), "x");
      renameSync(make, join(above, "d"));
      renameSync(above, make);
    }
    const before = descriptors();
    await removeTree(make);
    assert.deepEqual(readdirSync(root), []);
    assert.equal(descriptors(), before);
  });

  it("may run twice at the same time", async () => {
    const tree = join(root, "tree");
    for (let i = 0; i < 50; i++) mkdirSync(join(tree, `${i}`, "a", "b"), { recursive: true });
    await Promise.all([removeTree(tree), removeTree(tree)]);
    assert.deepEqual(readdirSync(root), []);
  });

  it("refuses the root of the file system", async () => {
    await assert.rejects(removeTree("/"), { code: "CROSSES_MOUNT" });
  });
});
