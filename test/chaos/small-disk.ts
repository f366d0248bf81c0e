import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A file system that can be filled to its last byte, or to its last file. To be made before the workspace that it is mounted in, which is removed after it. */
export class SmallDisk {
  #path: string | undefined;

  constructor(t: TestContext) {
    t.after(() => this.#path !== undefined && execFileSync("umount", ["--lazy", this.#path]));
  }

  mount(path: string): void {
    mkdirSync(path, { mode: 0o755 });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m,nr_inodes=400,mode=755", "tmpfs", path]);
    this.#path = path;
  }

  /** Takes all room. */
  fill(): void {
    mkdirSync(this.#ballast);
    assert.throws(() => writeFileSync(join(this.#ballast, "bytes"), Buffer.alloc(8 << 20)), { code: "ENOSPC" });
  }

  /** Leaves room in files that are there, but none for another one. */
  fillWithFiles(): void {
    mkdirSync(this.#ballast);
    assert.throws(
      () => {
        for (let file = 0; ; file++) writeFileSync(join(this.#ballast, String(file)), "");
      },
      { code: "ENOSPC" },
    );
  }

  free(): void {
    rmSync(this.#ballast, { recursive: true });
  }

  get #ballast(): string {
    return join(this.#path!, "ballast");
  }
}
