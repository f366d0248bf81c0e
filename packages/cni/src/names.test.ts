import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { containerIdProblem, ifNameProblem, networkNameProblem, pluginTypeProblem } from "./names.ts";

const HOSTILE = ["", ".", "..", "../x", "a/b", "a\0b", "a\nb", "a b", "-a", "_a", "ä", "a".repeat(256), "a;b", "a\n"];

test("network names and container ids follow the spec", () => {
  for (const problemOf of [networkNameProblem, containerIdProblem]) {
    for (const name of ["blue", "a", "0", "a..b", "a_b-c.d", "f".repeat(255), "3f0c.7d2e"]) {
      assert.equal(problemOf(name), undefined, name);
    }
    for (const name of HOSTILE) {
      assert.equal(typeof problemOf(name), "string", JSON.stringify(name));
    }
  }
});

test("a plugin type is a plain file name", () => {
  for (const type of ["bridge", "host-local", "mesos-cni-port-mapper", "my.plugin", "_x"]) {
    assert.equal(pluginTypeProblem(type), undefined, type);
  }
  for (const type of ["", ".", "..", "../sh", "/bin/sh", "a/b", "a\\b", "a\0", "a\n", "a".repeat(256)]) {
    assert.equal(typeof pluginTypeProblem(type), "string", JSON.stringify(type));
  }
});

test("an interface name is what the kernel takes", () => {
  for (const name of ["eth0", "a", "fifteen-chars-x", "net1.100"]) {
    assert.equal(ifNameProblem(name), undefined, name);
  }
  for (const name of ["", ".", "..", "sixteen-chars-xx", "a b", "a/b", "a:b", "a\tb", "a\0", "ääääääää"]) {
    assert.equal(typeof ifNameProblem(name), "string", JSON.stringify(name));
  }
});

test("nothing that is accepted leaves the directory it is put in", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[./a-z\\]{0,6}$/)), (name) => {
      for (const problemOf of [networkNameProblem, containerIdProblem, pluginTypeProblem]) {
        if (problemOf(name) === undefined) {
          assert.equal(new URL(encodeURIComponent(name), "file:///d/").pathname.startsWith("/d/"), true);
          assert.doesNotMatch(name, /[/\0]|^\.\.?$/);
        }
      }
    }),
  );
});
