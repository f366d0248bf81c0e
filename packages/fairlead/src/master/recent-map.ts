/** A map that remembers the last `capacity` entries that were set; older ones fall out. */
export class RecentMap<K, V> {
  readonly #capacity: number;
  readonly #entries = new Map<K, V>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The oldest first. */
  get entries(): ReadonlyMap<K, V> {
    return this.#entries;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Sets an entry as the newest one; returns the entries that fell out. */
  set(key: K, value: V): [K, V][] {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const dropped: [K, V][] = [];
    for (const entry of this.#entries) {
      if (this.#entries.size <= this.#capacity) break;
      this.#entries.delete(entry[0]);
      dropped.push(entry);
    }
    return dropped;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }
}
