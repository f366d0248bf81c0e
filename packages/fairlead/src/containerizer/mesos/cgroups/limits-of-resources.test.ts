import assert from "node:assert/strict";
import { availableParallelism, totalmem } from "node:os";
import { test } from "node:test";
import { create, type Resource, ResourceSchema, Value_Type } from "@fairlead/mesos-api";
import fc from "fast-check";
import {
  cpuLimits,
  cpuStatisticsLimits,
  memoryLimits,
  memoryStatisticsLimits,
  toCpuWeight,
} from "./limits-of-resources.ts";

const MB = 1024 * 1024;

const scalar = (name: string, value: number): Resource =>
  create(ResourceSchema, { name, type: Value_Type.SCALAR, scalar: { value } });

test("shares always, a quota where one is asked for", () => {
  const booked = [scalar("cpus", 0.5), scalar("cpus", 0.25), scalar("mem", 1)];
  assert.deepEqual(cpuLimits(booked, {}, false), { shares: 768 });
  assert.deepEqual(cpuLimits(booked, {}, true), { shares: 768, quotaUs: 75_000 });
  assert.deepEqual(cpuLimits(booked, { cpus: 2 }, true), { shares: 768, quotaUs: 200_000 });
  assert.deepEqual(cpuLimits(booked, { cpus: Infinity }, true), { shares: 768, quotaUs: -1 });
});

test("never less than what the kernel takes", () => {
  assert.deepEqual(cpuLimits([], { cpus: 0.001 }, false), { shares: 2, quotaUs: 1_000 });
  assert.deepEqual(memoryLimits([], {}), { softBytes: 32 * MB, hardBytes: 32 * MB });
  assert.deepEqual(memoryLimits([scalar("mem", 64)], { mem: 1 }), { softBytes: 64 * MB, hardBytes: 32 * MB });
});

test("amounts are added in the fixed point of Mesos", () => {
  const tenth = Array.from({ length: 10 }, () => scalar("cpus", 0.1));
  assert.deepEqual(cpuLimits(tenth, {}, true), { shares: 1024, quotaUs: 100_000 });
});

test("what is booked is the soft limit, and the hard one where none is named", () => {
  const booked = [scalar("mem", 100.5)];
  assert.deepEqual(memoryLimits(booked, {}), { softBytes: 100.5 * MB, hardBytes: 100.5 * MB });
  assert.deepEqual(memoryLimits(booked, { mem: 200.9 }), { softBytes: 100.5 * MB, hardBytes: 200 * MB });
  assert.deepEqual(memoryLimits(booked, { mem: Infinity }), { softBytes: 100.5 * MB, hardBytes: -1 });
});

test("statistics tell what is booked, and of an infinite limit what the machine has", () => {
  const booked = [scalar("cpus", 1), scalar("mem", 64)];
  assert.deepEqual(cpuStatisticsLimits(booked, {}, false), { cpusSoftLimit: 1 });
  assert.deepEqual(cpuStatisticsLimits(booked, {}, true), { cpusSoftLimit: 1, cpusLimit: 1 });
  assert.deepEqual(cpuStatisticsLimits(booked, { cpus: Infinity }, false), {
    cpusSoftLimit: 1,
    cpusLimit: availableParallelism(),
  });
  assert.deepEqual(memoryStatisticsLimits(booked, { mem: Infinity }), {
    memSoftLimitBytes: BigInt(64 * MB),
    memLimitBytes: BigInt(totalmem()),
  });
});

test("weights of version 2 stay in the kernel's range and order", () => {
  assert.deepEqual([2, 1024, 262_144, 1e9].map(toCpuWeight), [1, 39, 10_000, 10_000]);
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 1_000_000 }), fc.integer({ min: 2, max: 1_000_000 }), (a, b) => {
      assert.ok(toCpuWeight(a) >= 1 && toCpuWeight(a) <= 10_000);
      assert.ok(a > b || toCpuWeight(a) <= toCpuWeight(b));
    }),
  );
});
