/** What was measured of one thing, in milliseconds. */
export class Samples {
  readonly #values: number[] = [];

  /** Measures a call. */
  async time<T>(call: () => Promise<T> | T): Promise<T> {
    const start = performance.now();
    const result = await call();
    this.#values.push(performance.now() - start);
    return result;
  }

  get count(): number {
    return this.#values.length;
  }

  get p50(): number {
    return this.#quantile(0.5);
  }

  get p99(): number {
    return this.#quantile(0.99);
  }

  #quantile(share: number): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    if (value === undefined) throw new Error("nothing was measured");
    return value;
  }
}
