import { availableParallelism, totalmem } from "node:os";
import type { Resource } from "@fairlead/mesos-api";
import { CFS_PERIOD_US, CPU_SHARES_PER_CPU, MIN_CFS_QUOTA_US, MIN_CPU_SHARES, MIN_MEMORY_MB } from "../limits.ts";

/** Upper bounds by resource name, as in TaskInfo.limits. */
type Limits = Readonly<Record<string, number>>;

const BYTES_PER_MB = 1024 * 1024;

/** What the cpu controller is told. */
export interface CpuLimits {
  readonly shares: number;
  /** Microseconds per period; -1: no quota; undefined: the quota is left as it is. */
  readonly quotaUs?: number;
}

/** What the memory controller is told, in bytes. */
export interface MemoryLimits {
  readonly softBytes: number;
  /** -1: none. */
  readonly hardBytes: number;
}

/**
 * Shares always; a quota where a limit is named, or for everybody with `--cgroups_enable_cfs`.
 *
 * Source: `CpuSubsystemProcess::update` in Mesos's `isolators/cgroups/subsystems/cpu.cpp`.
 */
export function cpuLimits(resources: readonly Resource[], limits: Limits, enableCfs: boolean): CpuLimits {
  const cpus = scalar(resources, "cpus");
  const shares = Math.max(Math.trunc(CPU_SHARES_PER_CPU * cpus), MIN_CPU_SHARES);
  const limit = limits.cpus ?? (enableCfs ? cpus : undefined);
  if (limit === undefined) {
    return { shares };
  }
  const quotaUs = limit === Infinity ? -1 : Math.max(Math.round(CFS_PERIOD_US * limit), MIN_CFS_QUOTA_US);
  return { shares, quotaUs };
}

/**
 * What is booked is the soft limit, and the hard one where no limit is named.
 *
 * Source: `MemorySubsystemProcess::update` in Mesos's `isolators/cgroups/subsystems/memory.cpp`.
 */
export function memoryLimits(resources: readonly Resource[], limits: Limits): MemoryLimits {
  const softBytes = toBytes(Math.max(scalar(resources, "mem"), MIN_MEMORY_MB));
  if (limits.mem === undefined) {
    return { softBytes, hardBytes: softBytes };
  }
  // Mesos takes whole megabytes of a limit
  const hardBytes = limits.mem === Infinity ? -1 : toBytes(Math.max(Math.trunc(limits.mem), MIN_MEMORY_MB));
  return { softBytes, hardBytes };
}

/** The limits as ResourceStatistics tells them. Source: `MesosContainerizerProcess::usage`. */
export function cpuStatisticsLimits(resources: readonly Resource[], limits: Limits, enableCfs: boolean) {
  const cpus = scalar(resources, "cpus");
  const limit = limits.cpus ?? (enableCfs ? cpus : undefined);
  return {
    cpusSoftLimit: cpus,
    ...(limit !== undefined && { cpusLimit: limit === Infinity ? availableParallelism() : limit }),
  };
}

/** The limits as ResourceStatistics tells them. Source: `MesosContainerizerProcess::usage`. */
export function memoryStatisticsLimits(resources: readonly Resource[], limits: Limits) {
  const mem = scalar(resources, "mem");
  const limit = limits.mem ?? mem;
  return {
    memSoftLimitBytes: BigInt(toBytes(mem)),
    memLimitBytes: BigInt(limit === Infinity ? totalmem() : toBytes(limit)),
  };
}

/** Version 2 counts from 1 to 10,000 where version 1 counts from 2 to 262,144; the OCI runtimes convert in the same way. */
export function toCpuWeight(shares: number): number {
  return Math.trunc(1 + ((Math.min(shares, 262_144) - 2) * 9_999) / 262_142);
}

function toBytes(mb: number): number {
  return Math.trunc(mb * BYTES_PER_MB);
}

/** The sum over all roles and reservations, in Mesos's fixed point of three decimals. */
function scalar(resources: readonly Resource[], name: string): number {
  const thousandths = resources
    .filter((resource) => resource.name === name)
    .reduce((sum, resource) => sum + Math.round((resource.scalar?.value ?? 0) * 1000), 0);
  return thousandths / 1000;
}
