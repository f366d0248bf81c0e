import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { CommandInfoSchema, create, ResourceSchema, TaskStatus_Reason, Value_Type } from "@fairlead/mesos-api";
import { systemClock } from "../../../../base/clock.ts";
import {
  FAKE_ID,
  type FakeHierarchy,
  separateHierarchies,
  unifiedHierarchy,
} from "../../cgroups/fake-hierarchy.fixture.ts";
import { OomNotices } from "../../launcher/oom-notices.ts";
import { createCpuIsolator } from "./cpu.ts";
import { formatBytes } from "./format-bytes.ts";
import { createMemoryIsolator } from "./mem.ts";

const MB = 1024 * 1024;
const scalar = (name: string, value: number) =>
  create(ResourceSchema, { name, type: Value_Type.SCALAR, scalar: { value } });

const CONFIG = {
  containerId: FAKE_ID,
  command: create(CommandInfoSchema, {}),
  resources: [scalar("cpus", 1), scalar("mem", 64)],
  limits: { cpus: 2, mem: 128 },
  directory: "/",
  environment: {},
};

const context = ({ cgroup }: FakeHierarchy) => ({ cgroup: () => cgroup });

function memoryIsolator(hierarchy: FakeHierarchy, limitSwap = false) {
  const notices = new OomNotices(() => hierarchy.path("memory", "oom"));
  return createMemoryIsolator(context(hierarchy), { limitSwap, clock: systemClock, notices });
}

/** The kernel reads a number up to its end of line; a plain file keeps what was there before behind it. */
const number = async (path: string) => Number((await readFile(path, "utf8")).split("\n")[0]);

test("the bundle gets the limits of the booked resources", async (t) => {
  const hierarchy = await unifiedHierarchy(t, {});
  assert.deepEqual(await createCpuIsolator(context(hierarchy), { enableCfs: false }).prepare(CONFIG), {
    resources: { cpu: { shares: 1024, quota: 200_000, period: 100_000 } },
  });
  assert.deepEqual(await memoryIsolator(hierarchy, true).prepare(CONFIG), {
    resources: { memory: { reservation: 64 * MB, limit: 128 * MB, swap: 128 * MB } },
  });
  const free = { ...CONFIG, limits: { cpus: Infinity, mem: Infinity } };
  assert.deepEqual(await createCpuIsolator(context(hierarchy), { enableCfs: true }).prepare(free), {
    resources: { cpu: { shares: 1024 } },
  });
  assert.deepEqual(await memoryIsolator(hierarchy, true).prepare(free), {
    resources: { memory: { reservation: 64 * MB } },
  });
});

test("an update of version 2", async (t) => {
  const hierarchy = await unifiedHierarchy(t, {
    "cpu.weight": "",
    "cpu.max": "",
    "memory.low": "",
    "memory.max": `${64 * MB}\n`,
  });
  await createCpuIsolator(context(hierarchy), { enableCfs: false }).update?.(FAKE_ID, CONFIG.resources, {
    cpus: Infinity,
  });
  assert.equal(await readFile(hierarchy.path("", "cpu.weight"), "utf8"), "39");
  assert.equal(await readFile(hierarchy.path("", "cpu.max"), "utf8"), "max 100000");
  const memory = memoryIsolator(hierarchy);
  await memory.update?.(FAKE_ID, CONFIG.resources, CONFIG.limits);
  assert.equal(await number(hierarchy.path("", "memory.low")), 64 * MB);
  assert.equal(await readFile(hierarchy.path("", "memory.max"), "utf8"), `${128 * MB}`);
  await memory.update?.(FAKE_ID, CONFIG.resources, {});
  assert.equal(await readFile(hierarchy.path("", "memory.max"), "utf8"), `${128 * MB}`);
});

test("an update of version 1 holds swap with memory where it is limited", async (t) => {
  const hierarchy = await separateHierarchies(t, {
    memory: {
      "memory.soft_limit_in_bytes": "",
      "memory.limit_in_bytes": `${64 * MB}\n`,
      "memory.memsw.limit_in_bytes": "",
    },
    pids: {},
  });
  await memoryIsolator(hierarchy, true).update?.(FAKE_ID, CONFIG.resources, CONFIG.limits);
  assert.equal(await readFile(hierarchy.path("memory", "memory.memsw.limit_in_bytes"), "utf8"), `${128 * MB}`);
  assert.equal(await readFile(hierarchy.path("memory", "memory.limit_in_bytes"), "utf8"), `${128 * MB}`);
});

test("memory that ran out is told in Mesos's words", async (t) => {
  const hierarchy = await unifiedHierarchy(t, {
    "memory.events": "oom_kill 0\n",
    "memory.max": `${64 * MB}\n`,
    "memory.peak": `${64 * MB - 4096}\n`,
    "memory.stat": "anon 1\n",
  });
  const memory = memoryIsolator(hierarchy);
  assert.equal(await memory.explain?.(FAKE_ID), undefined);
  const watched = memory.watch?.(FAKE_ID);
  await writeFile(hierarchy.path("memory", "memory.events"), "oom_kill 1\n");
  await writeFile(hierarchy.path("memory", "oom"), "");
  const limitation = await watched;
  assert.equal(limitation?.reason, TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY);
  assert.equal(
    limitation?.message,
    "Memory limit exceeded: Requested: 64MB Maximum Used: 65532KB\n\nMEMORY STATISTICS: \nanon 1\n\n",
  );
  assert.equal(limitation?.limitation?.resources[0]?.scalar?.value, 64 - 4 / 1024);
  assert.deepEqual((await memory.explain?.(FAKE_ID))?.message, limitation?.message);
  await memory.close?.();
});

test("bytes are printed in the largest unit that holds them", () => {
  assert.deepEqual([0, 1, 1024, 1025, 64 * MB, 65_540 * 1024, 1024 ** 5].map(formatBytes), [
    "0B",
    "1B",
    "1KB",
    "1025B",
    "64MB",
    "65540KB",
    "1024TB",
  ]);
});
