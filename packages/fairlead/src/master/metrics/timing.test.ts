import assert from "node:assert/strict";
import { test } from "node:test";
import { Timing } from "./timing.ts";

test("tells only a count while nothing was measured", () => {
  assert.deepEqual([...new Timing("x_ms").values(0)], [["x_ms/count", 0]]);
});

test("tells the last value, and statistics of the last hour", () => {
  const timing = new Timing("x_ms");
  timing.add(0, 1_000);
  for (let i = 1; i <= 100; i++) timing.add(3_600_001, i);
  assert.deepEqual(Object.fromEntries(timing.values(3_600_001)), {
    x_ms: 100,
    "x_ms/count": 100,
    "x_ms/min": 1,
    "x_ms/max": 100,
    "x_ms/p50": 50.5,
    "x_ms/p90": 90.10000000000001,
    "x_ms/p95": 95.05,
    "x_ms/p99": 99.01,
    "x_ms/p999": 99.901,
    "x_ms/p9999": 99.9901,
  });
});

test("keeps a bounded number of samples", () => {
  const timing = new Timing("x_ms");
  for (let i = 0; i < 5_000; i++) timing.add(0, i);
  assert.equal(new Map(timing.values(0)).get("x_ms/count"), 1_000);
});
