import assert from "node:assert/strict";
import { test } from "node:test";
import { IdError, parseAgentId, parseFrameworkId, parseTaskId, validateId } from "./ids.ts";

test("an id is the text itself", () => {
  assert.equal(parseFrameworkId("20d3c1f0-0000"), "20d3c1f0-0000");
  assert.equal(parseTaskId("web.1 (blue) ü"), "web.1 (blue) ü");
  assert.equal(parseAgentId("a".repeat(255)).length, 255);
});

test("ids that could leave their directory, or confuse a log, are refused in Mesos's words", () => {
  const refused: [string, string][] = [
    ["", "ID must not be empty"],
    ["ü".repeat(128), "ID must not be greater than 255 characters"],
    [".", "'.' is disallowed"],
    ["..", "'..' is disallowed"],
    ["a/b", "'a/b' contains invalid characters"],
    ["a\\b", "'a\\b' contains invalid characters"],
    ["a\0", "'a\0' contains invalid characters"],
    ["a\n", "'a\n' contains invalid characters"],
    ["a\u007f", "'a\u007f' contains invalid characters"],
    ["\ud800", "'\ud800' contains invalid characters"],
  ];
  for (const [text, message] of refused) {
    assert.equal(validateId(text), message);
    assert.throws(() => parseTaskId(text), new IdError(message));
  }
});
