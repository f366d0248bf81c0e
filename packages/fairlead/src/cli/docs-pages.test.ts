import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { errorsPage } from "./errors-page.ts";
import { flagsPage } from "./flags/flags-page.ts";

const page = (name: string) => readFileSync(new URL(`../../../../docs/${name}.md`, import.meta.url), "utf8");

test("docs/flags.md tells what the tables of flags hold (script/docs writes it)", () => {
  assert.equal(page("flags"), flagsPage());
});

test("docs/errors.md tells every error with its remedy (script/docs writes it)", () => {
  assert.equal(page("errors"), errorsPage());
});
