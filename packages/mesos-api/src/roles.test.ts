import assert from "node:assert/strict";
import { test } from "node:test";
import { isStrictSubroleOf, roleAncestors, validateRole } from "./roles.ts";

test("names of roles are checked in Mesos's words", () => {
  const deep = Array(16).fill("a").join("/");
  for (const role of ["*", "web", "eng/web", "a-b", "a.b", "_", "ü", "a".repeat(255), deep]) {
    assert.equal(validateRole(role), undefined, role);
  }
  const refused: [string, string][] = [
    ["", "Role names cannot be the empty string"],
    ["/", "Role '/' cannot start with a slash"],
    ["/a", "Role '/a' cannot start with a slash"],
    ["a/", "Role 'a/' cannot end with a slash"],
    ["a//b", "Role 'a//b' cannot contain two adjacent slashes"],
    [".", "Role '.' cannot include '.' as a component"],
    ["a/..", "Role 'a/..' cannot include '..' as a component"],
    ["a/*", "Role 'a/*' cannot include '*' as a component"],
    ["a/-b", "Role component '-b' is invalid because it starts with a dash"],
    ["a b", "Role component 'a b' is invalid because it contains backspace or whitespace"],
    [`${deep}/a`, `Role '${deep}/a' has more than 16 levels`],
    ["a".repeat(256), `Role '${"a".repeat(255)}…' is longer than 255 bytes`],
    ["ü".repeat(128), `Role '${"ü".repeat(128)}…' is longer than 255 bytes`],
    ["a/\u007f", "Role component '\u007f' is invalid because it contains backspace or whitespace"],
  ];
  for (const [role, message] of refused) {
    assert.equal(validateRole(role), message);
  }
});

test("the hierarchy of roles", () => {
  assert.ok(isStrictSubroleOf("eng/web", "eng"));
  assert.ok(!isStrictSubroleOf("eng", "eng"));
  assert.ok(!isStrictSubroleOf("engine", "eng"));
  assert.ok(!isStrictSubroleOf("ops/web", "eng"));
  assert.deepEqual(roleAncestors("a/b/c"), ["a/b", "a"]);
  assert.deepEqual(roleAncestors("a"), []);
});
