import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readExtendedAttribute, setExtendedAttribute } from "./extended-attribute.ts";

test("an attribute is read back where the file system takes it, and is undefined otherwise", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-attribute-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "file");
  assert.equal(readExtendedAttribute(file, "user.fairlead.test"), undefined);
  assert.throws(() => setExtendedAttribute(file, "user.fairlead.test", "x"), { errnoName: "ENOENT" });
  writeFileSync(file, "");
  assert.equal(readExtendedAttribute(file, "user.fairlead.test"), undefined);
  const isTaken = setExtendedAttribute(file, "user.fairlead.test", "größe");
  assert.equal(readExtendedAttribute(file, "user.fairlead.test"), isTaken ? "größe" : undefined);
});
