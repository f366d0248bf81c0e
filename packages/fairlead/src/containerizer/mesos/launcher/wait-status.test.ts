import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExitFile, toWaitStatus } from "./wait-status.ts";

test("exit codes are shifted, 128 and a signal's number is the signal", () => {
  assert.deepEqual([0, 1, 127, 128, 255].map(toWaitStatus), [0, 256, 127 * 256, 128 * 256, 255 * 256]);
  assert.deepEqual([129, 137, 143, 192].map(toWaitStatus), [1, 9, 15, 64]);
  assert.equal(toWaitStatus(193), 193 * 256);
});

test("only a whole number is an exit status", () => {
  assert.equal(parseExitFile("7"), 7 * 256);
  assert.equal(parseExitFile("137\n"), 9);
  for (const text of ["", "x", "-1", "1 2", "1234"]) assert.equal(parseExitFile(text), undefined);
});
