import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../base/log.ts";
import { FaultTally } from "./fault-tally.ts";

test("many faults are one line, with the first of them; none is no line", () => {
  const lines: [object, string][] = [];
  const log = { ...silentLogger, warn: (fields: object, sentence: string) => void lines.push([fields, sentence]) };
  const tally = new FaultTally();
  tally.log(log, "warn", "nothing");
  for (const offerId of ["a", "b", "c"]) tally.add({ offerId });
  tally.log(log, "warn", "ignored some");
  assert.deepEqual(lines, [[{ offerId: "a", count: 3 }, "ignored some"]]);
});
