import { Resources } from "@fairlead/mesos-api";

/**
 * Who has how much. Entries are kept apart, because ranges and sets of different agents must not be added up: the ports of two agents are the same
 * numbers.
 */
export class ResourceBook<K> {
  readonly #entries = new Map<K, Resources>();
  #total: Resources | undefined;

  /** Only what is not empty. */
  get entries(): ReadonlyMap<K, Resources> {
    return this.#entries;
  }

  /** Everything together: equal ranges of different entries count once. */
  get total(): Resources {
    this.#total ??= [...this.#entries.values()].reduce((sum, entry) => sum.plus(entry), Resources.none);
    return this.#total;
  }

  add(key: K, resources: Resources): void {
    if (resources.isEmpty) return;
    this.#entries.set(key, (this.#entries.get(key) ?? Resources.none).plus(resources));
    this.#total = undefined;
  }

  subtract(key: K, resources: Resources): void {
    const rest = (this.#entries.get(key) ?? Resources.none).minus(resources);
    if (rest.isEmpty) this.#entries.delete(key);
    else this.#entries.set(key, rest);
    this.#total = undefined;
  }
}
