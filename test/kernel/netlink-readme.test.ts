import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const PACKAGE = join(import.meta.dirname, "../../packages/netlink");
const README = readFileSync(join(PACKAGE, "README.md"), "utf8");
const [container = "", watch = ""] = Array.from(README.matchAll(/```ts\n(.*?)```/gs), ([, code]) => code);

/** Runs code as a user of the package would: it is imported by its name. */
function run(code: string): string {
  const flags = ["--conditions=@fairlead/source", "--input-type=module-typescript", "--eval", code];
  return execFileSync(process.execPath, flags, { cwd: PACKAGE, encoding: "utf8" });
}

test("the example of a container's network runs", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "netlink-readme-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const pin = join(directory, "web-1");
  const code = container.replaceAll("/run/netns/web-1", pin);
  assert.ok(code.includes(pin));
  // before the example takes the namespace away, it is tried out
  const ping = `(await import("node:child_process")).execFileSync("ping", ["-c", "1", "10.9.0.2"]);\n`;
  assert.equal(run(code.replace("NetworkNamespace.unpin", `${ping}NetworkNamespace.unpin`)), "10.9.0.2/24\n");
  assert.equal(existsSync(pin), false);
});

test("the example of a watch runs", () => {
  assert.match(run(watch), /^new lo up$/m);
});
