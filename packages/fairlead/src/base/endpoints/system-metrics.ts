import { cpus, freemem, loadavg, totalmem } from "node:os";

/** What the machine tells of itself, under `system/`. */
export interface SystemLoad {
  readonly load1Min: number;
  readonly load5Min: number;
  readonly load15Min: number;
  readonly cpus: number;
  readonly memTotalBytes: number;
  readonly memFreeBytes: number;
}

export function readSystemLoad(): SystemLoad {
  const [load1Min = 0, load5Min = 0, load15Min = 0] = loadavg();
  return { load1Min, load5Min, load15Min, cpus: cpus().length, memTotalBytes: totalmem(), memFreeBytes: freemem() };
}

/** The names of Mesos's `system` process in `/metrics/snapshot`. */
export function systemMetrics(load: SystemLoad): [name: string, value: number][] {
  return [
    ["system/load_1min", load.load1Min],
    ["system/load_5min", load.load5Min],
    ["system/load_15min", load.load15Min],
    ["system/cpus_total", load.cpus],
    ["system/mem_total_bytes", load.memTotalBytes],
    ["system/mem_free_bytes", load.memFreeBytes],
  ];
}

/** The document of `/system/stats.json`. */
export function systemStats(load: SystemLoad): Record<string, number> {
  return {
    avg_load_1min: load.load1Min,
    avg_load_5min: load.load5Min,
    avg_load_15min: load.load15Min,
    cpus_total: load.cpus,
    mem_total_bytes: load.memTotalBytes,
    mem_free_bytes: load.memFreeBytes,
  };
}
