import { FairleadError } from "../../base/errors.ts";

/** Lets at most `atOnce` pieces of work run at the same time, in the order in which they came; at most `maxWaiting` wait. */
export class Turns {
  #free: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number, maxWaiting: number) {
    this.#free = atOnce;
    this.#maxWaiting = maxWaiting;
  }

  /** Runs `work` when it is its turn, and settles as it does. Errors: BUSY (too many wait). */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#begin();
    try {
      return await work();
    } finally {
      this.#end();
    }
  }

  async #begin(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new FairleadError("BUSY", `${this.#waiting.length} others wait for the container runtime`);
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #end(): void {
    const next = this.#waiting.shift();
    // the turn goes from hand to hand: whoever comes in between must not overtake
    if (next === undefined) this.#free++;
    else next();
  }
}
