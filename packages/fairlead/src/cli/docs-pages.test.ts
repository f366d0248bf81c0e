import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { errorsPage } from "./errors-page.ts";
import { flagsPage } from "./flags/flags-page.ts";

const ROOT = new URL("../../../../", import.meta.url);

const page = (name: string) => readFileSync(new URL(`docs/${name}.md`, ROOT), "utf8");

test("docs/flags.md tells what the tables of flags hold (script/docs writes it)", () => {
  assert.equal(page("flags"), flagsPage());
});

test("docs/errors.md tells every error with its remedy (script/docs writes it)", () => {
  assert.equal(page("errors"), errorsPage());
});

const PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].concat(
  readdirSync(new URL("docs/", ROOT)).map((name) => `docs/${name}`),
);

for (const name of PAGES) {
  test(`links in ${name} lead somewhere`, () => {
    const url = new URL(name, ROOT);
    // A link in code is an example.
    const text = readFileSync(url, "utf8").replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, "");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file, anchor] = target.split("#");
      const linked = file === "" ? url : new URL(file!, url);
      assert.ok(existsSync(linked), `${target} is not there`);
      if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(linked, "utf8")).includes(anchor), target);
    }
  });
}

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 _-]/g, "")
      .replaceAll(" ", "-"),
  );
}
