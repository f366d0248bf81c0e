import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isFieldSet, VersionInfoSchema } from "@fairlead/mesos-api";
import { MESOS_VERSION, readVersion } from "./version.ts";

test("the version is Mesos's, the build that of the package", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-version-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "package.json");
  writeFileSync(file, JSON.stringify({ version: "0.1.0", gitHead: "d31f096a" }));
  utimesSync(file, 1767322000, 1767322000);

  const version = readVersion(pathToFileURL(file));

  assert.equal(version.version, "1.12.0");
  assert.equal(version.buildDate, "2026-01-02 02:46:40");
  assert.equal(version.buildTime, 1767322000);
  assert.equal(version.buildUser, "fairlead");
  assert.equal(version.gitSha, "d31f096a");
});

test("without a noted commit there is no git_sha", () => {
  const version = readVersion();
  assert.equal(version.version, MESOS_VERSION);
  assert.equal(isFieldSet(version, VersionInfoSchema.field.gitSha), false);
});
