import { FairleadError } from "../../base/errors.ts";
import { createMemoryStore } from "../../base/store/memory-store.ts";
import type { Store } from "../../base/store/store.ts";

/** A store whose writes wait until the test lets them go, or fail; and one that does not wait on the same data. */
export interface HeldStore {
  readonly store: Store;
  readonly memory: Store;
  fail: boolean;
  release(): void;
}

export function heldStore(): HeldStore {
  const memory = createMemoryStore();
  const waiting: (() => void)[] = [];
  const held: HeldStore = {
    fail: false,
    memory,
    release() {
      for (const go of waiting.splice(0)) go();
    },
    store: {
      ...memory,
      async apply(writes: Parameters<Store["apply"]>[0]) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        if (held.fail) throw new FairleadError("STORE_FAILED", "no space left on device");
        await memory.apply(writes);
      },
    },
  };
  return held;
}
