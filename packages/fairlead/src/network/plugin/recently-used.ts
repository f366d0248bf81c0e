/** Values by key, made when they are first asked for; of more than `limit` of them, the one used longest ago is forgotten. */
export class RecentlyUsed<T> {
  readonly #limit: number;
  readonly #values = new Map<string, T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value of a key. What `make` throws is thrown on, and nothing is kept. */
  get(key: string, make: () => T): T {
    const known = this.#values.has(key);
    const value = known ? (this.#values.get(key) as T) : make(); // it has the key
    // the one used last comes last
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#limit) break;
      this.#values.delete(oldest);
    }
    return value;
  }
}
