import { MAX_TIMING_SAMPLES, TIMING_WINDOW_MS } from "../limits.ts";

const PERCENTILES = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p95", 0.95],
  ["p99", 0.99],
  ["p999", 0.999],
  ["p9999", 0.9999],
] as const;

/** How long something took: the last value, and statistics over the last hour. Served as Mesos serves its timers. */
export class Timing {
  readonly #name: string;
  readonly #samples: { readonly atMs: number; readonly durationMs: number }[] = [];

  /** The name is that of the metric, with `_ms` at its end. */
  constructor(name: string) {
    this.#name = name;
  }

  add(nowMs: number, durationMs: number): void {
    this.#samples.push({ atMs: nowMs, durationMs });
    if (this.#samples.length > MAX_TIMING_SAMPLES) this.#samples.shift();
  }

  /** The metrics of this timer; only the count while there is nothing to tell. */
  *values(nowMs: number): Generator<[string, number]> {
    const recent = this.#samples.filter(({ atMs }) => nowMs - atMs <= TIMING_WINDOW_MS);
    const last = this.#samples.at(-1);
    if (last !== undefined) yield [this.#name, last.durationMs];
    yield [`${this.#name}/count`, recent.length];
    if (recent.length === 0) return;
    const sorted = recent.map(({ durationMs }) => durationMs).sort((left, right) => left - right);
    yield [`${this.#name}/min`, sorted[0] ?? 0];
    yield [`${this.#name}/max`, sorted.at(-1) ?? 0];
    for (const [name, quantile] of PERCENTILES) yield [`${this.#name}/${name}`, interpolate(sorted, quantile)];
  }
}

/** A quantile of sorted values, between two of them where it falls between. */
function interpolate(sorted: readonly number[], quantile: number): number {
  const position = quantile * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (position - Math.floor(position)) * (above - below);
}
