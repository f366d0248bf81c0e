import { FairleadError } from "../errors.ts";
import type { Store } from "./store.ts";

/** A store that forgets everything with the process: for tests, and for a master without --work_dir. */
export function createMemoryStore(): Store {
  const buckets = new Map<string, Map<string, Uint8Array>>();
  let closed = false;
  const ensureOpen = (): void => {
    if (closed) throw new FairleadError("STORE_FAILED", "cannot use the store: it is closed");
  };
  return {
    async list(bucket) {
      ensureOpen();
      return [...(buckets.get(bucket) ?? [])]
        .map(([key, value]) => ({ key, value: value.slice() }))
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    },
    async apply(writes) {
      ensureOpen();
      for (const { bucket, key, value } of writes) {
        const entries = buckets.get(bucket) ?? new Map<string, Uint8Array>();
        buckets.set(bucket, entries);
        if (value === undefined) entries.delete(key);
        else entries.set(key, Uint8Array.prototype.slice.call(value));
      }
    },
    async close() {
      closed = true;
    },
  };
}
