import assert from "node:assert/strict";
import { test } from "node:test";
import { Credit } from "./credit.ts";

test("one end takes what the other gives, until it is closed", () => {
  const reader = new Credit(2);
  const writer = new Credit(2, reader.shared);
  assert.deepEqual([writer.take(), writer.take()], [true, true]);
  reader.give();
  assert.equal(writer.take(), true);
  // two wait, and a third would have to wait for the reader: closing ends that
  reader.close();
  assert.equal(writer.take(), false);
});
