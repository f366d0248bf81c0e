import type { Logger } from "../base/log.ts";

/**
 * Counts faults of one call, which has room for millions of them: one line in the log tells of all.
 *
 * The line has the fields of the first fault, and how many there were.
 */
export class FaultTally {
  #count = 0;
  #first: object | undefined;

  add(fields: object): void {
    this.#count++;
    this.#first ??= fields;
  }

  log(log: Logger, level: "info" | "warn", sentence: string): void {
    if (this.#count > 0) log[level]({ ...this.#first, count: this.#count }, sentence);
  }
}
