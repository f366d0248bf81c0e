import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { isWithin, parseMountTable } from "./mount-table.ts";

test("lines of mountinfo are read, peer groups and escaped names too", () => {
  const text = [
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
    "63 43 254:0 /run/a\\040b /run/a\\040b rw shared:1 master:2 - ext4 /dev/vda rw",
    "64 63 0:4 net:[4026532247] /run/c1/ns rw master:9 - nsfs nsfs rw",
    "",
  ].join("\n");
  assert.deepEqual(parseMountTable(text), [
    { device: "254:0", root: "/", target: "/" },
    { device: "254:0", root: "/run/a b", target: "/run/a b", peerGroup: "1" },
    { device: "0:4", root: "net:[4026532247]", target: "/run/c1/ns" },
  ]);
});

test("the table of this machine is read", () => {
  const table = parseMountTable(readFileSync("/proc/self/mountinfo", "utf8"));
  assert.ok(table.some(({ target }) => target === "/"));
  for (const { target, device } of table) {
    assert.match(target, /^\//);
    assert.match(device, /^[0-9]+:[0-9]+$/);
  }
});

test("any name of a directory comes back", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\/[\x01-\x7e]{0,20}$/), (name) => {
      const escaped = name.replaceAll(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
      const [entry] = parseMountTable(`1 2 0:1 ${escaped} ${escaped} rw shared:5 - tmpfs none rw\n`);
      assert.deepEqual(entry, { device: "0:1", root: name, target: name, peerGroup: "5" });
    }),
  );
});

test("within a directory is the directory and what lies below", () => {
  assert.equal(isWithin("/a/b", "/a"), true);
  assert.equal(isWithin("/a", "/a"), true);
  assert.equal(isWithin("/a", "/"), true);
  assert.equal(isWithin("/ab", "/a"), false);
  assert.equal(isWithin("/", "/a"), false);
});
