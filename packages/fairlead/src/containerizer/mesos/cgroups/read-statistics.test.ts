import assert from "node:assert/strict";
import { test } from "node:test";
import { separateHierarchies, unifiedHierarchy } from "./fake-hierarchy.fixture.ts";
import { readCpuStatistics, readMemoryStatistics, readOutOfMemory, readPidStatistics } from "./read-statistics.ts";

test("version 1", async (t) => {
  const { cgroup } = await separateHierarchies(t, {
    cpu: { "cpu.stat": "nr_periods 10\nnr_throttled 2\nthrottled_time 1500000000\n" },
    cpuacct: { "cpuacct.stat": "user 150\nsystem 25\n" },
    memory: {
      "memory.usage_in_bytes": "4096\n",
      "memory.kmem.usage_in_bytes": "10\n",
      "memory.limit_in_bytes": "67108864\n",
      "memory.max_usage_in_bytes": "67104768\n",
      "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
      "memory.stat": "cache 1\ntotal_cache 5\ntotal_rss 6\ntotal_mapped_file 7\ntotal_swap 8\ntotal_unevictable 9\n",
    },
    freezer: { "cgroup.procs": "1\n2\n" },
    pids: { "pids.current": "5\n" },
  });
  assert.deepEqual(await readCpuStatistics(cgroup), {
    cpusUserTimeSecs: 1.5,
    cpusSystemTimeSecs: 0.25,
    cpusNrPeriods: 10,
    cpusNrThrottled: 2,
    cpusThrottledTimeSecs: 1.5,
  });
  assert.deepEqual(await readMemoryStatistics(cgroup), {
    memTotalBytes: 4096n,
    memFileBytes: 5n,
    memCacheBytes: 5n,
    memAnonBytes: 6n,
    memRssBytes: 6n,
    memMappedFileBytes: 7n,
    memSwapBytes: 8n,
    memUnevictableBytes: 9n,
    memKmemUsageBytes: 10n,
  });
  assert.deepEqual(await readPidStatistics(cgroup), { processes: 2, threads: 5 });
  const { statistics, ...outOfMemory } = await readOutOfMemory(cgroup);
  assert.deepEqual(outOfMemory, { kills: 2, limitBytes: 67_108_864, maxUsedBytes: 67_104_768 });
  assert.match(statistics, /^cache 1\n/);
});

test("version 2", async (t) => {
  const { cgroup } = await unifiedHierarchy(t, {
    "cpu.stat": "usage_usec 1750000\nuser_usec 1500000\nsystem_usec 250000\nnr_periods 0\nthrottled_usec 500000\n",
    "memory.current": "4096\n",
    "memory.swap.current": "8\n",
    "memory.stat": "anon 6\nfile 5\nkernel 10\nsock 11\nfile_mapped 7\nunevictable 9\n",
    "memory.events": "low 0\noom 1\noom_kill 3\n",
    "memory.max": "max\n",
    "cgroup.procs": "1\n2\n",
    "pids.current": "5\n",
  });
  assert.deepEqual(await readCpuStatistics(cgroup), {
    cpusUserTimeSecs: 1.5,
    cpusSystemTimeSecs: 0.25,
    cpusNrPeriods: 0,
    cpusThrottledTimeSecs: 0.5,
  });
  const memory = await readMemoryStatistics(cgroup);
  assert.deepEqual(
    [memory.memTotalBytes, memory.memRssBytes, memory.memCacheBytes, memory.memSwapBytes, memory.memKmemTcpUsageBytes],
    [4096n, 6n, 5n, 8n, 11n],
  );
  assert.deepEqual(await readPidStatistics(cgroup), { processes: 2, threads: 5 });
  const { kills, limitBytes, maxUsedBytes } = await readOutOfMemory(cgroup);
  assert.deepEqual([kills, limitBytes, maxUsedBytes], [3, undefined, undefined]);
});

test("a cgroup that is gone counts nothing", async (t) => {
  const { cgroup } = await unifiedHierarchy(t, {});
  await cgroup.remove(0);
  assert.deepEqual(await readCpuStatistics(cgroup), {});
  assert.deepEqual(await readMemoryStatistics(cgroup), {});
  assert.deepEqual(await readPidStatistics(cgroup), { processes: 0 });
  assert.equal((await readOutOfMemory(cgroup)).kills, 0);
});
