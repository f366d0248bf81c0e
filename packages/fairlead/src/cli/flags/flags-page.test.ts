import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { flagsPage } from "./flags-page.ts";

test("docs/flags.md tells what the tables hold (script/docs writes it)", () => {
  assert.equal(readFileSync(new URL("../../../../../docs/flags.md", import.meta.url), "utf8"), flagsPage());
});
