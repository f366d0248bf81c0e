/** A promise that stays pending: what a process that has died would have waited for. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/**
 * The death of an agent, foretold: the n-th thing that it does to the outside is its last. `before` n it is not done any more, `after` n it is
 * done, but the agent does not hear of it. From then on nothing is done, and nothing is answered.
 */
export class Doom {
  readonly #at: number;
  readonly #when: "before" | "after";
  #count = 0;
  #dead = false;

  constructor(at: number = Number.POSITIVE_INFINITY, when: "before" | "after" = "before") {
    this.#at = at;
    this.#when = when;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** How many things were begun. */
  get count(): number {
    return this.#count;
  }

  die(): void {
    this.#dead = true;
  }

  async run<T>(act: () => T | Promise<T>): Promise<T> {
    if (this.#dead) return never();
    const last = ++this.#count >= this.#at;
    if (last && this.#when === "before") this.#dead = true;
    if (this.#dead) return never();
    const done = act();
    if (last) this.#dead = true;
    const result = await done;
    return this.#dead ? never() : result;
  }
}
