import type { TestContext } from "node:test";

/** A subtest on which those after it build: when it fails, the test ends there, instead of waiting for what cannot come any more. */
export async function step(t: TestContext, name: string, work: (t: TestContext) => Promise<void>): Promise<void> {
  let failure: unknown;
  await t.test(name, async (inner) => {
    try {
      await work(inner);
    } catch (error) {
      failure = error;
      throw error;
    }
  });
  if (failure !== undefined) throw new Error(`the step "${name}" has failed`, { cause: failure });
}
