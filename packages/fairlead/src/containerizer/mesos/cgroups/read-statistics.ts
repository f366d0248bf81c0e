import { join } from "node:path";
import type { ResourceStatistics } from "@fairlead/mesos-api";
import { USER_HZ } from "../limits.ts";
import { readCgroupFile, readCgroupNumber, readFlatKeyed } from "./cgroup-files.ts";
import type { ContainerCgroup } from "./container-cgroup.ts";

type Statistics = Partial<ResourceStatistics>;

/** CPU time of a container, and how it was throttled where it has a quota. */
export async function readCpuStatistics(cgroup: ContainerCgroup): Promise<Statistics> {
  return await (cgroup.unified ? readCpuV2(cgroup) : readCpuV1(cgroup));
}

async function readCpuV1(cgroup: ContainerCgroup): Promise<Statistics> {
  const [time, stat] = await Promise.all([
    readFlatKeyed(join(cgroup.directory("cpuacct") ?? "", "cpuacct.stat")),
    readFlatKeyed(join(cgroup.directory("cpu") ?? "", "cpu.stat")),
  ]);
  return defined({
    cpusUserTimeSecs: scaled(time.get("user"), USER_HZ),
    cpusSystemTimeSecs: scaled(time.get("system"), USER_HZ),
    cpusNrPeriods: stat.get("nr_periods"),
    cpusNrThrottled: stat.get("nr_throttled"),
    cpusThrottledTimeSecs: scaled(stat.get("throttled_time"), 1e9),
  });
}

async function readCpuV2(cgroup: ContainerCgroup): Promise<Statistics> {
  const stat = await readFlatKeyed(join(cgroup.directory("cpu") ?? "", "cpu.stat"));
  return defined({
    cpusUserTimeSecs: scaled(stat.get("user_usec"), 1e6),
    cpusSystemTimeSecs: scaled(stat.get("system_usec"), 1e6),
    cpusNrPeriods: stat.get("nr_periods"),
    cpusNrThrottled: stat.get("nr_throttled"),
    cpusThrottledTimeSecs: scaled(stat.get("throttled_usec"), 1e6),
  });
}

/** Memory of a container, by kind. Source of the v1 choice: `MemorySubsystemProcess::usage` in Mesos. */
export async function readMemoryStatistics(cgroup: ContainerCgroup): Promise<Statistics> {
  const directory = cgroup.directory("memory") ?? "";
  const file = (name: string) => readCgroupNumber(join(directory, name));
  const stat = await readFlatKeyed(join(directory, "memory.stat"));
  if (cgroup.unified) {
    const [total, swap] = await Promise.all([file("memory.current"), file("memory.swap.current")]);
    return byKind({
      total,
      cache: stat.get("file"),
      rss: stat.get("anon"),
      mappedFile: stat.get("file_mapped"),
      swap,
      unevictable: stat.get("unevictable"),
      kernel: stat.get("kernel"),
      tcp: stat.get("sock"),
    });
  }
  const [total, kernel, tcp] = await Promise.all([
    file("memory.usage_in_bytes"),
    file("memory.kmem.usage_in_bytes"),
    file("memory.kmem.tcp.usage_in_bytes"),
  ]);
  return byKind({
    total,
    cache: stat.get("total_cache"),
    rss: stat.get("total_rss"),
    mappedFile: stat.get("total_mapped_file"),
    swap: stat.get("total_swap"),
    unevictable: stat.get("total_unevictable"),
    kernel,
    tcp,
  });
}

/** How many processes and threads a container has. */
export async function readPidStatistics(cgroup: ContainerCgroup): Promise<Statistics> {
  const [processes, threads] = await Promise.all([
    cgroup.processes(),
    readCgroupNumber(join(cgroup.directory("pids") ?? "", "pids.current")),
  ]);
  return defined({ processes: processes.length, threads });
}

/** What the memory controller says about memory that ran out. */
export interface OutOfMemory {
  /** How many processes the kernel has killed for it. */
  readonly kills: number;
  readonly limitBytes: number | undefined;
  readonly maxUsedBytes: number | undefined;
  /** The text of `memory.stat`. */
  readonly statistics: string;
}

export async function readOutOfMemory(cgroup: ContainerCgroup): Promise<OutOfMemory> {
  const directory = cgroup.directory("memory") ?? "";
  const names = cgroup.unified
    ? { events: "memory.events", limit: "memory.max", peak: "memory.peak" }
    : { events: "memory.oom_control", limit: "memory.limit_in_bytes", peak: "memory.max_usage_in_bytes" };
  const [events, limitBytes, maxUsedBytes, statistics] = await Promise.all([
    readFlatKeyed(join(directory, names.events)),
    readCgroupNumber(join(directory, names.limit)),
    readCgroupNumber(join(directory, names.peak)),
    readCgroupFile(join(directory, "memory.stat")),
  ]);
  return { kills: events.get("oom_kill") ?? 0, limitBytes, maxUsedBytes, statistics: statistics ?? "" };
}

function byKind(
  bytes: {
    readonly [kind in "total" | "cache" | "rss" | "mappedFile" | "swap" | "unevictable" | "kernel" | "tcp"]:
      | number
      | undefined;
  },
): Statistics {
  const big = (value: number | undefined) => (value === undefined ? undefined : BigInt(value));
  return defined({
    memTotalBytes: big(bytes.total),
    // the two names of each are Mesos's, which kept the old ones
    memFileBytes: big(bytes.cache),
    memCacheBytes: big(bytes.cache),
    memAnonBytes: big(bytes.rss),
    memRssBytes: big(bytes.rss),
    memMappedFileBytes: big(bytes.mappedFile),
    memSwapBytes: big(bytes.swap),
    memUnevictableBytes: big(bytes.unevictable),
    memKmemUsageBytes: big(bytes.kernel),
    memKmemTcpUsageBytes: big(bytes.tcp),
  });
}

function scaled(value: number | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : value / unit;
}

function defined(fields: { readonly [name in keyof Statistics]: Statistics[name] | undefined }): Statistics {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
