import { parseResources, type Resource } from "@fairlead/mesos-api";
import type { Machine } from "./machine.ts";

const MB = 1024 * 1024;
const GB = 1024 * MB;

const DEFAULT_PORTS = "[31000-32000]";

/**
 * `given` (what --resources says) and what the machine has of cpus, mem, disk and ports where nothing of that name was given.
 *
 * The machine keeps 1 GB of memory for itself, half of it where there is less than 2 GB; 5 GB of the work directory's file system, half of it
 * where there is less than 10 GB. Amounts are whole MB. `cpus:0` is given, and stays.
 *
 * Source: `Containerizer::resources` of Mesos.
 */
export function completeResources(given: readonly Resource[], machine: Machine, defaultRole: string): Resource[] {
  const names = new Set(given.map((resource) => resource.name));
  const found = {
    cpus: String(machine.cpus),
    mem: String(Math.floor(keep(machine.memBytes, 1 * GB, 2 * GB) / MB)),
    disk: String(Math.floor(keep(machine.diskBytes, 5 * GB, 10 * GB) / MB)),
    ports: DEFAULT_PORTS,
  };
  const missing = Object.entries(found).filter(([name]) => !names.has(name));
  if (missing.length === 0) return [...given];
  const text = missing.map(([name, value]) => `${name}:${value}`).join(";");
  return [...given, ...parseResources(text, { defaultRole })];
}

function keep(total: number, reserve: number, threshold: number): number {
  return total >= threshold ? total - reserve : total / 2;
}
