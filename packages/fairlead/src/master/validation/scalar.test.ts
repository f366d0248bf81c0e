import assert from "node:assert/strict";
import { test } from "node:test";
import { validateInputScalar } from "./scalar.ts";

for (const [value, expected] of [
  [0, undefined],
  [0.001, undefined],
  [1e12, undefined],
  [-1, "Negative values not supported"],
  [Number.NaN, "NaN not supported"],
  [Number.POSITIVE_INFINITY, "Infinite values not supported"],
  [Number.MIN_VALUE, "Subnormal values not supported"],
] as const) {
  test(`${value}: ${expected ?? "an amount"}`, () => assert.equal(validateInputScalar(value), expected));
}
