import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

test("the table of errors has every code, and no other", async () => {
  const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  const source = await readFile(join(import.meta.dirname, "errors.ts"), "utf8");
  const codes = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => code);
  assert.equal(codes(readme, /^\| `(NETLINK_\w+)`/gm).length, 7);
  assert.deepEqual(codes(readme, /^\| `(NETLINK_\w+)`/gm), codes(source, /^ {2}\| "(NETLINK_\w+)"/gm));
});
