import assert from "node:assert/strict";
import { test } from "node:test";
import { metricsSnapshot, shareMetrics, zeros } from "./metrics-snapshot.ts";

test("sources are merged, the later wins, and what is no finite number is left out", () => {
  const snapshot = metricsSnapshot(
    zeros(["b", "a", "c"]),
    [
      ["a", 2],
      ["b", Number.NaN],
      ["d", Number.POSITIVE_INFINITY],
    ],
    new Map([["a", 3]]),
  );
  assert.deepEqual(
    ["a", "b", "c", "d"].map((name) => snapshot.get(name)),
    [3, 0, 0, undefined],
  );
  assert.deepEqual([...snapshot.keys()], [...snapshot.keys()].toSorted());
});

test("every snapshot tells of the machine", () => {
  const snapshot = metricsSnapshot();
  for (const name of ["load_1min", "load_5min", "load_15min", "cpus_total", "mem_total_bytes", "mem_free_bytes"]) {
    assert.equal(typeof snapshot.get(`system/${name}`), "number", name);
  }
});

test("the share of nothing is 0", () => {
  assert.deepEqual(shareMetrics("x/cpus", 0, 0), [
    ["x/cpus_total", 0],
    ["x/cpus_used", 0],
    ["x/cpus_percent", 0],
  ]);
  assert.deepEqual(shareMetrics("x/cpus", 4, 1)[2], ["x/cpus_percent", 0.25]);
});
