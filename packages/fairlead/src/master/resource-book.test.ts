import assert from "node:assert/strict";
import { test } from "node:test";
import { parseResources, Resources } from "@fairlead/mesos-api";
import { ResourceBook } from "./resource-book.ts";

const bag = (text: string): Resources => Resources.of(parseResources(text));

test("the same ports of two agents are kept apart", () => {
  const book = new ResourceBook<string>();
  book.add("S0", bag("cpus:1;ports:[1-9]"));
  book.add("S1", bag("cpus:2;ports:[1-9]"));
  assert.equal(`${book.total}`, "cpus:3; ports:[1-9]");
  book.subtract("S0", bag("cpus:1;ports:[1-9]"));
  assert.equal(`${book.total}`, "cpus:2; ports:[1-9]");
  assert.deepEqual([...book.entries.keys()], ["S1"]);
});

test("what is empty is not kept", () => {
  const book = new ResourceBook<string>();
  book.add("S0", Resources.none);
  book.subtract("S1", bag("cpus:1"));
  assert.equal(book.entries.size, 0);
  assert.equal(book.total.isEmpty, true);
});
