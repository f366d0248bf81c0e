import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentId, parseResources, Resources } from "@fairlead/mesos-api";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { Refusals } from "./refusals.ts";

const AGENT = "S0" as AgentId;
const bag = (text: string): Resources => Resources.of(parseResources(text));

test("covers the same and less, not more", () => {
  const refusals = new Refusals(new VirtualClock());
  refusals.add("web", AGENT, bag("cpus:2;mem:100"), 5, 0);
  assert.equal(refusals.covers("web", AGENT, bag("cpus:2;mem:100")), true);
  assert.equal(refusals.covers("web", AGENT, bag("cpus:1")), true);
  assert.equal(refusals.covers("web", AGENT, bag("cpus:3;mem:100")), false);
  assert.equal(refusals.covers("db", AGENT, bag("cpus:1")), false);
  assert.equal(refusals.covers("web", "S1" as AgentId, bag("cpus:1")), false);
});

for (const [name, seconds, expectedMs] of [
  ["the time that is asked for", 2.5, 2_500],
  ["5 s where none is", undefined, 5_000],
  ["5 s where it is negative", -1, 5_000],
  ["5 s where it is no number", Number.NaN, 5_000],
  ["365 days where it is longer", 1e12, 31_536_000_000],
] as const) {
  test(`lasts ${name}`, async () => {
    const clock = new VirtualClock();
    const refusals = new Refusals(clock);
    refusals.add("web", AGENT, bag("cpus:1"), seconds, 0);
    await clock.advance(expectedMs - 1);
    assert.deepEqual([...refusals.counts()], [["web", 1]]);
    await clock.advance(1);
    assert.deepEqual([...refusals.counts()], []);
  });
}

test("0 seconds remember nothing", () => {
  const clock = new VirtualClock();
  const refusals = new Refusals(clock);
  refusals.add("web", AGENT, bag("cpus:1"), 0, 1_000);
  assert.deepEqual([...refusals.counts()], []);
  assert.equal(clock.pending, 0);
});

test("lasts until the next round of allocation at least", async () => {
  const clock = new VirtualClock();
  const refusals = new Refusals(clock);
  refusals.add("web", AGENT, bag("cpus:1"), 0.001, 1_000);
  await clock.advance(999);
  assert.deepEqual([...refusals.counts()], [["web", 1]]);
});

test("the oldest make room", () => {
  const clock = new VirtualClock();
  const refusals = new Refusals(clock);
  for (let i = 1; i <= 150; i++) refusals.add("web", AGENT, bag(`cpus:${i}`), 100, 0);
  assert.deepEqual([...refusals.counts()], [["web", 100]]);
  assert.equal(clock.pending, 100);
  assert.equal(refusals.covers("web", AGENT, bag("cpus:150")), true);
});

test("leaves no timers behind", () => {
  const clock = new VirtualClock();
  const refusals = new Refusals(clock);
  for (const role of ["web", "db"])
    for (const id of ["S0", "S1"]) refusals.add(role, id as AgentId, bag("cpus:1"), 9, 0);
  refusals.clearAgent(AGENT);
  assert.equal(clock.pending, 2);
  refusals.clearRole("web");
  assert.equal(clock.pending, 1);
  refusals.clear();
  assert.equal(clock.pending, 0);
});
