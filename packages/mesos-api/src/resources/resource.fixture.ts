import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type Resource, ResourceSchema, Value_Type } from "../../gen/mesos/v1/resource_pb.js";

export type Init = Exclude<MessageInitShape<typeof ResourceSchema>, Resource>;

export function scalar(name: string, value: number, init: Init = {}): Resource {
  return create(ResourceSchema, { ...init, name, type: Value_Type.SCALAR, scalar: { value } });
}

export function ranges(name: string, range: readonly (readonly [number, number])[], init: Init = {}): Resource {
  const bounds = range.map(([begin, end]) => ({ begin: BigInt(begin), end: BigInt(end) }));
  return create(ResourceSchema, { ...init, name, type: Value_Type.RANGES, ranges: { range: bounds } });
}

export function set(name: string, item: string[], init: Init = {}): Resource {
  return create(ResourceSchema, { ...init, name, type: Value_Type.SET, set: { item } });
}

/** Few names, roles and numbers, so that resources often meet their like. */
const attributes: fc.Arbitrary<Init> = fc.record({
  reservations: fc.constantFrom(
    [],
    [{ type: 1, role: "web" }],
    [
      { type: 1, role: "web" },
      { type: 2, role: "web/blue", principal: "ops" },
    ],
  ),
  allocationInfo: fc.constantFrom(undefined, { role: "web" }, { role: "ops" }),
  revocable: fc.constantFrom(undefined, {}),
});

const bounds = fc
  .uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 8 })
  .map((numbers) => numbers.sort((a, b) => a - b))
  .map((numbers) => numbers.flatMap((begin, i) => (i % 2 === 0 ? [[begin, numbers[i + 1] ?? begin] as const] : [])));

/** Valid resources in the refined format. */
export const anyResource: fc.Arbitrary<Resource> = fc.oneof(
  fc
    .tuple(fc.constantFrom("cpus", "mem"), fc.integer({ min: 0, max: 20_000 }), attributes)
    .map(([name, thousandths, init]) => scalar(name, thousandths / 1000, init)),
  fc.tuple(bounds, attributes).map(([range, init]) => ranges("ports", range, init)),
  fc
    .tuple(fc.uniqueArray(fc.constantFrom("a", "b", "c", "d")), attributes)
    .map(([items, init]) => set("nics", items, init)),
  fc
    .tuple(fc.constantFrom("v1", "v2"), fc.constantFrom(undefined, {}), fc.integer({ min: 1, max: 3 }))
    .map(([id, shared, value]) => scalar("disk", value, { disk: { persistence: { id } }, ...(shared && { shared }) })),
);
