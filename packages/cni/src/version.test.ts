import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError } from "./errors.ts";
import { atLeast, compareVersions, isSpecVersion, SPEC_VERSIONS, selectVersion } from "./version.ts";

test("versions are ordered as released", () => {
  assert.deepEqual(SPEC_VERSIONS.toReversed().toSorted(compareVersions), [...SPEC_VERSIONS]);
  assert.ok(atLeast("0.4.0", "0.4.0"));
  assert.ok(atLeast("1.1.0", "0.4.0"));
  assert.ok(!atLeast("0.3.1", "0.4.0"));
});

test("only released versions are versions", () => {
  for (const text of ["0.3.2", "1.0", "v1.0.0", "", undefined, 1]) {
    assert.equal(isSpecVersion(text), false);
  }
});

for (const [cniVersion, cniVersions, selected] of [
  [undefined, [], "0.1.0"],
  ["", [], "0.1.0"],
  ["0.3.1", [], "0.3.1"],
  ["0.3.1", ["0.4.0", "1.0.0"], "1.0.0"],
  ["1.1.0", ["0.4.0"], "1.1.0"],
  [undefined, ["1.0.0", "0.3.0"], "1.0.0"],
  ["0.4.0", ["9.0.0"], "0.4.0"],
] as const) {
  test(`cniVersion ${cniVersion} with cniVersions [${cniVersions}] selects ${selected}`, () => {
    assert.equal(selectVersion(cniVersion, cniVersions), selected);
  });
}

test("a version from the future alone is refused by name", () => {
  assert.throws(
    () => selectVersion("9.0.0", []),
    (error) => error instanceof CniError && error.code === "CNI_VERSION_UNSUPPORTED" && /9\.0\.0/.test(error.message),
  );
});
