import assert from "node:assert/strict";
import { test } from "node:test";
import { hostnameProblem } from "./hostname.ts";

test("what DNS and the kernel take is a host name", () => {
  for (const name of ["a", "web-1", "web-1.example.org", "_srv", "a_b", "0", "a".repeat(64)]) {
    assert.equal(hostnameProblem(name), undefined, name);
  }
});

test("what would be something else in /etc/hosts, or longer than the kernel takes, is none", () => {
  for (const name of [
    "",
    "a".repeat(65),
    "a b",
    "a\tb",
    "a\nb",
    "a\0",
    "a/b",
    "..",
    "a..b",
    "a.",
    ".a",
    "-a",
    "#a",
    "ä",
  ]) {
    assert.equal(typeof hostnameProblem(name), "string", JSON.stringify(name));
  }
});
