import { readSystemLoad, systemMetrics } from "./system-metrics.ts";

/**
 * All metrics of a process by name, sorted, with those of the machine.
 *
 * Later sources win. What is no finite number is left out: one such value costs an exporter its whole scrape.
 */
export function metricsSnapshot(...sources: Iterable<readonly [name: string, value: number]>[]): Map<string, number> {
  const all = new Map<string, number>(systemMetrics(readSystemLoad()));
  for (const source of sources) {
    for (const [name, value] of source) {
      if (Number.isFinite(value)) all.set(name, value);
    }
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A total, what of it is used, and the share between 0 and 1, as `<prefix><resource>_total`, `_used` and `_percent`. */
export function shareMetrics(name: string, total: number, used: number): [name: string, value: number][] {
  return [
    [`${name}_total`, total],
    [`${name}_used`, used],
    [`${name}_percent`, total === 0 ? 0 : used / total],
  ];
}

/** Every one of `names` with 0: counters that nothing has happened to yet. */
export function zeros(names: Iterable<string>): [name: string, value: number][] {
  return Array.from(names, (name) => [name, 0]);
}
