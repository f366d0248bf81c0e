import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatBytes, parseBytes } from "./bytes.ts";

test("units are powers of 1024", () => {
  for (const [text, bytes] of [
    ["0B", 0],
    ["64KB", 65536],
    ["16MB", 16777216],
    ["2GB", 2147483648],
    ["1TB", 1099511627776],
  ] as const) {
    assert.equal(parseBytes(text, 0, Number.MAX_SAFE_INTEGER), bytes);
  }
});

test("what is no amount, or out of range, is refused with the remedy", () => {
  for (const text of ["", "16", "MB", "16 MB", "1.5MB", "-1MB", "16mb", "16MiB", "1B", "2GB"]) {
    assert.throws(() => parseBytes(text, 1024, 1024 ** 3), /give an amount from 1KB to 1GB, such as 16MB$/, text);
  }
});

test("every amount survives text and back", () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
      assert.equal(parseBytes(formatBytes(bytes), 0, Number.MAX_SAFE_INTEGER), bytes);
    }),
  );
});
