import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.ts";

test("no more at once than allowed, in the order of coming, whatever fails", async () => {
  const turns = new Turns(2, 10);
  const order: number[] = [];
  let running = 0;
  const settled = await Promise.allSettled(
    [0, 1, 2, 3, 4].map((number) =>
      turns.run(async () => {
        assert.ok(++running <= 2);
        order.push(number);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        if (number % 2 === 1) throw new Error(`${number}`);
        return number;
      }),
    ),
  );
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"],
  );
  assert.equal(await turns.run(async () => "later"), "later");
});

test("too many that wait are refused", async () => {
  const turns = new Turns(1, 1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = turns.run(() => promise);
  const second = turns.run(async () => {});
  await assert.rejects(
    turns.run(async () => {}),
    { code: "BUSY" },
  );
  resolve();
  await Promise.all([first, second]);
});
