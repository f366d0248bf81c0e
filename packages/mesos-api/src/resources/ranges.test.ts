import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { containsRanges, formatRanges, mergeRanges, overlap, type Range, subtractRanges } from "./ranges.ts";

/** Ranges of small numbers, so that a set of numbers can play the reference. */
const anyRanges = fc.array(
  fc.tuple(fc.bigInt(0n, 50n), fc.bigInt(0n, 6n)).map(([begin, length]): Range => ({ begin, end: begin + length })),
  { maxLength: 8 },
);

function numbers(ranges: readonly Range[]): Set<bigint> {
  return new Set(
    ranges.flatMap(({ begin, end }) => Array.from({ length: Number(end - begin) + 1 }, (_, i) => begin + BigInt(i))),
  );
}

test("ranges are sets of numbers", () => {
  fc.assert(
    fc.property(anyRanges, anyRanges, (a, b) => {
      const [left, right] = [mergeRanges(a), mergeRanges(b)];
      assert.deepEqual(numbers(left), new Set([...numbers(a)].sort((x, y) => Number(x - y))));
      assert.ok(left.every((range, i) => i === 0 || range.begin > left[i - 1]!.end + 1n));
      const rest = subtractRanges(left, right);
      const taken = numbers(right);
      assert.deepEqual(
        [...numbers(rest)],
        [...numbers(left)].filter((number) => !taken.has(number)),
      );
      assert.deepEqual(mergeRanges(rest), rest);
      const all = numbers(left);
      assert.equal(
        containsRanges(left, right),
        [...taken].every((number) => all.has(number)),
      );
      const total = a.reduce((sum, range) => sum + numbers([range]).size, 0);
      assert.equal(overlap(a), numbers(a).size < total);
    }),
  );
});

test("the whole range of 64 bits", () => {
  const all = [{ begin: 0n, end: 2n ** 64n - 1n }];
  assert.deepEqual(mergeRanges([...all, ...all]), all);
  assert.deepEqual(subtractRanges(all, [{ begin: 5n, end: 2n ** 64n - 1n }]), [{ begin: 0n, end: 4n }]);
  assert.deepEqual(subtractRanges(all, all), []);
});

test("Mesos's text", () => {
  assert.equal(formatRanges([]), "[]");
  assert.equal(
    formatRanges([
      { begin: 1n, end: 1n },
      { begin: 3n, end: 5n },
    ]),
    "[1-1, 3-5]",
  );
});
