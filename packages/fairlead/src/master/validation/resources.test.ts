import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape, ResourceSchema, Value_Type } from "@fairlead/mesos-api";
import { validateRequestFormat } from "./resources.ts";

const resource = (init: MessageInitShape<typeof ResourceSchema>) => create(ResourceSchema, init);
const cpus = () => resource({ name: "cpus", type: Value_Type.SCALAR, scalar: { value: 1 } });
const ports = (count: number) => {
  const range = Array.from({ length: count }, (_, i) => ({ begin: BigInt(2 * i), end: BigInt(2 * i) }));
  return resource({ name: "ports", type: Value_Type.RANGES, ranges: { range } });
};
const set = (count: number) => {
  const item = Array.from({ length: count }, (_, i) => `i${i}`);
  return resource({ name: "s", type: Value_Type.SET, set: { item } });
};

test("a task asks for no more resources than can be counted in time", () => {
  assert.equal(validateRequestFormat(Array.from({ length: 1000 }, cpus)), undefined);
  assert.equal(validateRequestFormat(Array.from({ length: 1001 }, cpus)), "More than 1000 resources");
});

test("nor for more ranges or elements", () => {
  assert.equal(validateRequestFormat([ports(10_000), set(10_000)]), undefined);
  const problem = (name: string) => `Resource '${name}' is invalid: more than 10000 ranges or elements`;
  assert.equal(validateRequestFormat([cpus(), ports(10_001)]), problem("ports"));
  assert.equal(validateRequestFormat([set(10_001)]), problem("s"));
});
