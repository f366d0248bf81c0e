/** A process that writes batches until it is killed, and tells its parent the number of each one that is acknowledged. */
import { silentLogger } from "../log.ts";
import { openStore } from "./open-store.ts";

const [path = "", round = ""] = process.argv.slice(2);
const { store } = await openStore(path, { log: silentLogger });
const IN_FLIGHT = 5;

let next = 1;
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    for (;;) {
      const batch = next++;
      await store.apply(
        ["a", "b", "c"].map((part) => ({
          bucket: `round ${round}`,
          key: `${batch} ${part}`,
          value: Buffer.alloc(2_000, part),
        })),
      );
      process.send?.(batch);
    }
  }),
);
