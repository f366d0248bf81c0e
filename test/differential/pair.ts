import type { TestContext } from "node:test";
import { settled } from "./settled.ts";
import type { Side } from "./verbs.ts";
import { World } from "./world.ts";

export interface PairOptions {
  readonly sides?: readonly [Side, Side];
  /** How many namespaces are made ahead in each world. */
  readonly poolSize?: number;
}

/** Two worlds that are the same but for who runs the plugins in them: what the first gives is expected of the second. */
export class Pair {
  readonly #worlds: readonly (readonly [World, Side])[];

  private constructor(worlds: readonly (readonly [World, Side])[]) {
    this.#worlds = worlds;
  }

  static async make(
    t: TestContext,
    { sides = ["reference", "built-in"], poolSize = 0 }: PairOptions = {},
  ): Promise<Pair> {
    return new Pair(await Promise.all(sides.map(async (side) => [await World.make(t, { poolSize }), side] as const)));
  }

  /** What both give, which must be the same. */
  async same<T>(what: string, look: (world: World, side: Side) => Promise<T>): Promise<void> {
    await settled(what, async () => {
      const [expected, actual] = await this.each(look);
      return { expected, actual };
    });
  }

  /** Ends when both have: where one has failed, the other must not go on behind the next test's back. */
  async each<T>(act: (world: World, side: Side) => Promise<T>): Promise<T[]> {
    const ends = await Promise.allSettled(this.#worlds.map(([world, side]) => act(world, side)));
    return ends.map((end) => {
      if (end.status === "rejected") throw end.reason;
      return end.value;
    });
  }

  async reset(): Promise<void> {
    await this.each((world) => world.reset());
  }
}
