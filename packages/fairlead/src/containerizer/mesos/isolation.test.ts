import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULT_ISOLATION, ISOLATORS, parseIsolation } from "./isolation.ts";

const ADDED = ["filesystem/posix", "cgroups/cpu", "cgroups/mem", "cgroups/pids", "network/cni", "environment_secret"];

test("the default has limits and networks", () => {
  assert.deepEqual(parseIsolation(DEFAULT_ISOLATION), [
    "filesystem/posix",
    "posix/cpu",
    "posix/mem",
    "cgroups/cpu",
    "cgroups/mem",
    "cgroups/pids",
    "network/cni",
    "environment_secret",
  ]);
});

test("an empty value still gives what is always there", () => {
  assert.deepEqual(parseIsolation(""), ADDED);
  assert.deepEqual(parseIsolation(" , "), ADDED);
});

test("the order is the table's, whatever the flag says", () => {
  const implemented = ISOLATORS.filter((isolator) => isolator.refused === undefined).map(({ name }) => name);
  fc.assert(
    fc.property(fc.subarray(implemented), fc.func(fc.integer()), (names, key) => {
      const shuffled = [...names].sort((a, b) => key(a) - key(b));
      assert.deepEqual(
        parseIsolation(shuffled.join(",")),
        implemented.filter((name) => names.includes(name) || ADDED.includes(name)),
      );
    }),
  );
});

test("old names mean what they mean in Mesos", () => {
  assert.deepEqual(parseIsolation("process"), parseIsolation("posix/cpu,posix/mem"));
  assert.deepEqual(parseIsolation("cgroups"), parseIsolation(""));
  assert.throws(() => parseIsolation("posix/disk"), { code: "ISOLATION_INVALID", message: /'disk\/du'/ });
});

test("duplicates, unknown names and conflicts are refused", () => {
  for (const [text, message] of [
    ["posix/cpu,posix/cpu", /^Duplicate entries found in --isolation flag/],
    ["com_example_Module", "Unknown or unsupported isolator 'com_example_Module'"],
    ["network/cni,network/port_mapping", "Using multiple network isolators simultaneously is disallowed"],
    ["filesystem/posix,filesystem/linux", "Using multiple filesystem isolators simultaneously is disallowed"],
  ] as const) {
    assert.throws(() => parseIsolation(text), { code: "ISOLATION_INVALID", message });
  }
});

test("everything that is not implemented is refused with its reason", () => {
  for (const { name, refused } of ISOLATORS) {
    if (refused !== undefined) {
      const message = `Unknown or unsupported isolator '${name}': ${refused}`;
      assert.throws(() => parseIsolation(name), { code: "ISOLATION_INVALID", message });
    }
  }
});
