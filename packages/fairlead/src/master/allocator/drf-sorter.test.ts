import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DrfSorter } from "./drf-sorter.ts";

const amount = (quantities: Record<string, number>) => new Map(Object.entries(quantities));

function sorter(clients: string[], weights: Record<string, number> = {}): DrfSorter {
  const made = new DrfSorter((path) => weights[path] ?? 1);
  made.addTotal(amount({ cpus: 100_000, mem: 100_000 }));
  for (const client of clients) {
    made.add(client);
    made.activate(client);
  }
  return made;
}

test("who has the smallest dominant share comes first", () => {
  const drf = sorter(["a", "b", "c"]);
  drf.allocated("a", amount({ cpus: 5_000, mem: 5_000 }));
  drf.allocated("b", amount({ cpus: 6_000, mem: 1_000 }));
  drf.allocated("c", amount({ mem: 1_000 }));
  assert.deepEqual(drf.sort(), ["c", "a", "b"]);
});

test("equals take turns, then the name decides", () => {
  const drf = sorter(["a", "b"]);
  assert.deepEqual(drf.sort(), ["a", "b"]);
  drf.allocated("a", amount({ cpus: 1_000 }));
  drf.unallocated("a", amount({ cpus: 1_000 }));
  assert.deepEqual(drf.sort(), ["b", "a"]);
});

test("a weight of two is owed twice as much", () => {
  const drf = sorter(["a", "b"], { a: 2 });
  drf.allocated("a", amount({ cpus: 10_000 }));
  drf.allocated("b", amount({ cpus: 6_000 }));
  assert.deepEqual(drf.sort(), ["a", "b"]);
  drf.allocated("a", amount({ cpus: 3_000 }));
  assert.deepEqual(drf.sort(), ["b", "a"]);
});

test("subroles share what their role has", () => {
  const drf = sorter(["a", "a/x", "a/y", "b"]);
  drf.allocated("a/x", amount({ cpus: 4_000 }));
  drf.allocated("b", amount({ cpus: 3_000 }));
  assert.deepEqual(drf.sort(), ["b", "a", "a/y", "a/x"]);
});

test("the inactive do not take part, but what they have counts", () => {
  const drf = sorter(["a/x", "a/y", "b"]);
  drf.allocated("a/x", amount({ cpus: 9_000 }));
  drf.deactivate("a/x");
  assert.deepEqual(drf.sort(), ["b", "a/y"]);
});

test("a removed client takes its share along", () => {
  const drf = sorter(["a/x", "a/y", "b"]);
  drf.allocated("a/x", amount({ cpus: 9_000 }));
  drf.allocated("b", amount({ cpus: 1_000 }));
  assert.deepEqual(drf.sort(), ["b", "a/y", "a/x"]);
  drf.remove("a/x");
  assert.deepEqual(drf.sort(), ["a/y", "b"]);
  assert.equal(drf.size, 2);
});

test("the order that is kept up is the order that sorting anew gives", () => {
  const clients = ["a", "a/x", "a/y", "b", "b/z", "c"];
  const change = fc.record({
    client: fc.constantFrom(...clients),
    cpus: fc.integer({ min: 0, max: 20_000 }),
    mem: fc.integer({ min: 0, max: 20_000 }),
    isRelease: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const kept = sorter(clients, { b: 3 });
      const held = new Map(clients.map((client) => [client, [] as Map<string, number>[]]));
      for (const { client, cpus, mem, isRelease } of changes) {
        const amounts = held.get(client)!;
        if (isRelease && amounts.length > 0) kept.unallocated(client, amounts.pop()!);
        else {
          amounts.push(amount({ cpus, mem }));
          kept.allocated(client, amounts.at(-1)!);
        }
        const order = kept.sort();
        // A change of the total makes everything be sorted anew.
        kept.addTotal(amount({ disk: 1 }));
        kept.removeTotal(amount({ disk: 1 }));
        assert.deepEqual(order, kept.sort());
      }
    }),
    { numRuns: 200 },
  );
});
