import type { Samples } from "./samples.ts";

/** Prints rows of what was measured beside what was to be reached, and remembers whether one missed. */
export class Report {
  #missed = false;

  /** One line for measured times, as context of the rows. */
  samples(name: string, samples: Samples): void {
    console.log(`  ${name.padEnd(46)} p50 ${ms(samples.p50)}  p99 ${ms(samples.p99)}  of ${samples.count}`);
  }

  /** One row of the table. */
  row(name: string, measured: string, target: string, holds: boolean): void {
    this.#missed ||= !holds;
    console.log(`${name.padEnd(48)} ${measured.padEnd(34)} ${target.padEnd(34)} ${holds ? "holds" : "misses"}`);
  }

  /** A row about a share of the peer's median. */
  ratio(name: string, own: Samples, peer: Samples, most: number): void {
    const share = peer.p50 / own.p50;
    this.row(name, `1/${share.toFixed(1)} (${ms(own.p50)} of ${ms(peer.p50)})`, `at most 1/${most}`, share >= most);
  }

  get exitCode(): number {
    return this.#missed ? 1 : 0;
  }
}

export function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
