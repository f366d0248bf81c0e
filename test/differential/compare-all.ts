import { test } from "node:test";
import { compare } from "./compare.ts";
import { Pair, type PairOptions } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/** One test with each scenario by its name, all in the same two worlds, one after the other. */
export function compareAll(title: string, scenarios: Readonly<Record<string, Scenario>>, options?: PairOptions): void {
  test(title, async (t) => {
    const pair = await Pair.make(t, options);
    for (const [name, scenario] of Object.entries(scenarios)) {
      await t.test(name, async () => {
        try {
          await compare(pair, scenario);
        } finally {
          await pair.reset();
        }
      });
    }
  });
}
