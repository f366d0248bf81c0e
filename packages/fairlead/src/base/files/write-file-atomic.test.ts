import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ensureDirectory } from "./ensure-directory.ts";
import { readFileIfExists } from "./read-file-if-exists.ts";
import { writeFileAtomic } from "./write-file-atomic.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fairlead-files-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const mode = (path: string) => statSync(path).mode & 0o7777;

/** Runs `work` with a umask that hides everything. */
async function masked(work: () => Promise<void>): Promise<void> {
  const before = process.umask(0o077);
  try {
    await work();
  } finally {
    process.umask(before);
  }
}

describe("writeFileAtomic", () => {
  it("replaces a file and its mode", async () => {
    const path = join(root, "config.json");
    writeFileSync(path, "old", { mode: 0o600 });
    await masked(() => writeFileAtomic(path, "new", { mode: 0o644 }));
    assert.equal(readFileSync(path, "utf8"), "new");
    assert.equal(mode(path), 0o644);
    await writeFileAtomic(path, Buffer.from([0, 255]), { mode: 0o600 });
    assert.deepEqual(readFileSync(path), Buffer.from([0, 255]));
    assert.deepEqual(readdirSync(root), ["config.json"]);
  });

  it("replaces a link itself, not what it points to", async () => {
    writeFileSync(join(root, "target"), "stays");
    symlinkSync("target", join(root, "link"));
    await writeFileAtomic(join(root, "link"), "new", { mode: 0o600 });
    assert.equal(readFileSync(join(root, "target"), "utf8"), "stays");
  });

  it("leaves nothing behind when it fails", async () => {
    mkdirSync(join(root, "directory", "full"), { recursive: true });
    await assert.rejects(writeFileAtomic(join(root, "directory"), "x", { mode: 0o600 }), { code: "EISDIR" });
    await assert.rejects(writeFileAtomic(join(root, "none", "x"), "x", { mode: 0o600 }), { code: "ENOENT" });
    assert.deepEqual(readdirSync(root), ["directory"]);
  });

  it("always shows one whole content to readers", async () => {
    const path = join(root, "file");
    const contents = ["a", "b", "c"].map((letter) => letter.repeat(100_000));
    await writeFileAtomic(path, contents[0]!, { mode: 0o600 });
    const writing = Promise.all(contents.map((content) => writeFileAtomic(path, content, { mode: 0o600 })));
    for (let i = 0; i < 20; i++) assert.ok(contents.includes(String(await readFileIfExists(path))));
    await writing;
  });
});

describe("readFileIfExists", () => {
  it("tells a missing file from one that cannot be read", async () => {
    writeFileSync(join(root, "file"), "x");
    assert.equal(String(await readFileIfExists(join(root, "file"))), "x");
    assert.equal(await readFileIfExists(join(root, "none")), undefined);
    assert.equal(await readFileIfExists(join(root, "file", "below")), undefined);
    await assert.rejects(readFileIfExists(root), { code: "EISDIR" });
  });
});

describe("ensureDirectory", () => {
  it("makes what is missing with the mode, and leaves what is there", async () => {
    mkdirSync(join(root, "there"), { mode: 0o711 });
    await masked(() => ensureDirectory(join(root, "there", "a", "b"), 0o755));
    assert.deepEqual(
      ["there", "there/a", "there/a/b"].map((path) => mode(join(root, path))),
      [0o711, 0o755, 0o755],
    );
    await ensureDirectory(join(root, "there"), 0o700);
    assert.equal(mode(join(root, "there")), 0o711);
  });

  it("takes a link to a directory, and refuses a file", async () => {
    symlinkSync(".", join(root, "link"));
    await ensureDirectory(join(root, "link"), 0o700);
    writeFileSync(join(root, "file"), "");
    await assert.rejects(ensureDirectory(join(root, "file"), 0o700), { code: "EEXIST" });
    await assert.rejects(ensureDirectory(join(root, "file", "x"), 0o700), { code: "ENOTDIR" });
  });
});
