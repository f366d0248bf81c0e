import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  AttributeSchema,
  Resource_ReservationInfo_Type,
  ResourceSchema,
  Value_Type,
} from "../../gen/mesos/v1/resource_pb.js";
import { Resources } from "../resources/resources.ts";
import { writeAttributes } from "./attributes.ts";
import { writeBag, writeBagFull, writeReserved, writeReservedFull, writeUnreserved } from "./resource-bag.ts";
import { writeQuantities, writeResources } from "./resources.ts";

const { SCALAR, RANGES, SET, TEXT } = Value_Type;

function list(...resources: MessageInitShape<typeof ResourceSchema>[]) {
  return resources.map((resource) => create(ResourceSchema, resource));
}

function ranges(...pairs: [number, number][]) {
  return { range: pairs.map(([begin, end]) => ({ begin: BigInt(begin), end: BigInt(end) })) };
}

test("nothing is four zeros and no ports, as doubles", () => {
  assert.equal(writeResources([]), '{"cpus":0.0,"gpus":0.0,"mem":0.0,"disk":0.0}');
});

test("amounts are summed in thousandths, ranges merged, sets joined, revocable ones apart", () => {
  const resources = list(
    { name: "cpus", type: SCALAR, scalar: { value: 0.1 } },
    { name: "cpus", type: SCALAR, scalar: { value: 0.2 } },
    { name: "cpus", type: SCALAR, scalar: { value: 1 }, revocable: {} },
    { name: "tokens", type: SCALAR, scalar: { value: 7 } },
    { name: "ports", type: RANGES, ranges: ranges([31005, 31005], [31000, 31001]) },
    { name: "ports", type: RANGES, ranges: ranges([31002, 31002]) },
    { name: "slots", type: SET, set: { item: ["a", "b"] } },
    { name: "slots", type: SET, set: { item: ["b", "c"] } },
  );
  assert.deepEqual(JSON.parse(writeResources(resources)), {
    cpus: 0.3,
    gpus: 0,
    mem: 0,
    disk: 0,
    cpus_revocable: 1,
    tokens: 7,
    ports: "[31000-31002, 31005-31005]",
    slots: "{a, b, c}",
  });
});

test("the ports of any resources are a text that DNS servers can parse", () => {
  const pair = fc
    .tuple(fc.nat(65535), fc.nat(65535))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      const text = JSON.parse(writeResources(list({ name: "ports", type: RANGES, ranges: ranges(...pairs) }))).ports;
      assert.match(text, /^\[(\d+-\d+(, \d+-\d+)*)?\]$/);
    }),
  );
});

test("a bag shows reservations by role, and single resources in the old and the new format", () => {
  const bag = Resources.of(
    list(
      { name: "cpus", type: SCALAR, scalar: { value: 4 } },
      {
        name: "cpus",
        type: SCALAR,
        scalar: { value: 2 },
        reservations: [{ type: Resource_ReservationInfo_Type.DYNAMIC, role: "eng", principal: "ops" }],
      },
    ),
  );
  const sums = (cpus: number) => ({ cpus, gpus: 0, mem: 0, disk: 0 });
  assert.deepEqual(JSON.parse(writeBag(bag)), sums(6));
  assert.deepEqual(JSON.parse(writeUnreserved(bag)), sums(4));
  assert.deepEqual(JSON.parse(writeReserved(bag)), { eng: sums(2) });
  const reserved = {
    name: "cpus",
    type: "SCALAR",
    scalar: { value: 2 },
    role: "eng",
    reservation: { principal: "ops" },
    reservations: [{ type: "DYNAMIC", role: "eng", principal: "ops" }],
  };
  assert.deepEqual(JSON.parse(writeReservedFull(bag)), { eng: [reserved] });
  assert.deepEqual(JSON.parse(writeBagFull(bag)), [
    { name: "cpus", type: "SCALAR", scalar: { value: 4 }, role: "*" },
    reserved,
  ]);
});

test("quantities are only those that are not zero", () => {
  assert.equal(
    writeQuantities([
      ["cpus", 0.30000000000000004],
      ["mem", 0],
    ]),
    '{"cpus":0.3}',
  );
});

test("attributes by name: numbers and texts", () => {
  const attributes = [
    { name: "rack", type: TEXT, text: { value: "r7" } },
    { name: "zone", type: SCALAR, scalar: { value: 2 } },
    { name: "span", type: RANGES, ranges: ranges([1, 5], [7, 7]) },
    { name: "kinds", type: SET, set: { item: ["a", "b"] } },
  ].map((attribute) => create(AttributeSchema, attribute));
  assert.equal(writeAttributes(attributes), '{"rack":"r7","zone":2.0,"span":"[1-5, 7-7]","kinds":"{a, b}"}');
});
