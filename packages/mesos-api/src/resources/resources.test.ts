import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { ResourceSchema, Value_Type } from "../../gen/mesos/v1/resource_pb.js";
import { anyResource, type Init, ranges, scalar, set } from "./resource.fixture.ts";
import { Resources } from "./resources.ts";

const bag = fc.array(anyResource, { maxLength: 6 }).map((resources) => Resources.of(resources));

function texts(resources: Resources): string[] {
  return resources.toArray().map((resource) => Resources.of([resource]).toString());
}

test("resources of one kind become one", () => {
  const resources = Resources.of([
    scalar("cpus", 0.1),
    scalar("cpus", 0.2),
    scalar("cpus", 1, { reservations: [{ type: 1, role: "web" }] }),
    ranges("ports", [[10, 20]]),
    ranges("ports", [
      [21, 30],
      [5, 5],
    ]),
    set("nics", ["a"]),
    set("nics", ["b", "a"]),
    scalar("gpus", 0),
  ]);
  assert.deepEqual(texts(resources), [
    "cpus:0.3",
    "cpus(reservations: [(STATIC,web)]):1",
    "ports:[5-5, 10-30]",
    "nics:{a, b}",
  ]);
  assert.equal(resources.scalar("cpus"), 1.3);
  assert.equal(resources.scalar("gpus"), 0);
  assert.deepEqual(resources.ranges("ports"), [
    { begin: 5n, end: 5n },
    { begin: 10n, end: 30n },
  ]);
  assert.deepEqual(resources.set("nics"), new Set(["a", "b"]));
  assert.deepEqual(resources.names(), new Set(["cpus", "ports", "nics"]));
  assert.equal(Resources.none.toString(), "{}");
});

test("three decimals are exact, finer ones are rounded", () => {
  let sum = Resources.none;
  for (let i = 0; i < 1000; i++) {
    sum = sum.plus(Resources.of([scalar("cpus", 0.001)]));
  }
  assert.equal(sum.scalar("cpus"), 1);
  assert.equal(sum.toArray()[0]?.scalar?.value, 1);
  assert.ok(Resources.of([scalar("cpus", 0.1234)]).equals(Resources.of([scalar("cpus", 0.123)])));
  assert.throws(() => Resources.of([scalar("cpus", 0.0004)]), { message: /value <= 0/ });
});

test("minus takes what is there", () => {
  const total = Resources.of([scalar("cpus", 2), ranges("ports", [[1, 10]]), set("nics", ["a", "b"])]);
  const taken = Resources.of([
    scalar("cpus", 0.5),
    ranges("ports", [
      [3, 4],
      [10, 12],
    ]),
    set("nics", ["b", "c"]),
    scalar("mem", 5),
  ]);
  assert.deepEqual(texts(total.minus(taken)), ["cpus:1.5", "ports:[1-2, 5-9]", "nics:{a}"]);
  assert.ok(!total.contains(taken));
  assert.deepEqual(texts(Resources.of([scalar("cpus", 1)]).minus(total)), []);
});

test("reservations, allocations, revocable resources and providers stay apart", () => {
  const kinds: Init[] = [
    {},
    { reservations: [{ type: 1, role: "web" }] },
    { reservations: [{ type: 2, role: "web" }] },
    { reservations: [{ type: 2, role: "web", principal: "ops" }] },
    { reservations: [{ type: 2, role: "web", labels: { labels: [{ key: "a" }] } }] },
    { allocationInfo: { role: "web" } },
    { revocable: {} },
    { providerId: { value: "p" } },
    { disk: {} },
    { disk: { source: { type: 1 } } },
    { disk: { source: { type: 1, path: {} } } },
    { disk: { source: { type: 1, path: { root: "/a" } } } },
  ];
  const resources = Resources.of(kinds.map((init) => scalar("disk", 1, init)));
  assert.equal(resources.toArray().length, kinds.length);
  assert.equal(resources.scalar("disk"), kinds.length);
  for (const one of resources.toArray()) {
    assert.ok(resources.contains(Resources.of([one])));
    assert.ok(!resources.minus(Resources.of([one])).contains(Resources.of([one])));
  }
});

test("the order of labels and the mount path of a volume do not count", () => {
  const reserved = (...keys: string[]) =>
    scalar("cpus", 1, { reservations: [{ type: 2, role: "r", labels: { labels: keys.map((key) => ({ key })) } }] });
  assert.equal(Resources.of([reserved("a", "b"), reserved("b", "a")]).toArray().length, 1);
  const volume = (containerPath: string) =>
    scalar("disk", 1, { disk: { persistence: { id: "v" }, volume: { containerPath, mode: 1 } } });
  assert.ok(Resources.of([volume("data")]).equals(Resources.of([volume("other")])));
});

test("mounts, block devices and persistent volumes are whole or not there", () => {
  for (const disk of [
    { source: { type: 2 } },
    { source: { type: 3 } },
    { source: { type: 4, id: "x" } },
    { persistence: { id: "v" } },
  ] as const) {
    const one = Resources.of([scalar("disk", 10, { disk })]);
    assert.equal(one.plus(one).toArray().length, 2);
    assert.ok(!one.contains(one.plus(one)));
    const half = Resources.of([scalar("disk", 5, { disk })]);
    assert.ok(!one.contains(half));
    assert.ok(one.minus(half).equals(one));
    assert.ok(one.minus(one).isEmpty);
  }
  const raw = Resources.of([scalar("disk", 10, { disk: { source: { type: 4 } } })]);
  assert.equal(raw.plus(raw).toArray().length, 1);
});

test("a shared volume counts its sharers", () => {
  const one = Resources.of([scalar("disk", 10, { disk: { persistence: { id: "v" } }, shared: {} })]);
  const two = one.plus(one);
  assert.equal(two.toArray().length, 1);
  assert.ok(two.contains(one) && !one.contains(two));
  assert.ok(two.minus(one).equals(one));
  assert.ok(two.minus(two).isEmpty);
});

test("every format of reservations is taken, the refined one comes out", () => {
  const old = create(ResourceSchema, { name: "cpus", type: Value_Type.SCALAR, scalar: { value: 1 }, role: "web" });
  const unreserved = scalar("cpus", 2, { role: "*" });
  const resources = Resources.of([old, scalar("cpus", 1, { reservations: [{ type: 1, role: "web" }] }), unreserved]);
  assert.deepEqual(texts(resources), ["cpus(reservations: [(STATIC,web)]):2", "cpus:2"]);
  assert.equal(resources.unreserved().scalar("cpus"), 2);
  assert.equal(resources.reservations().get("web")?.scalar("cpus"), 2);
  assert.equal(resources.toUnreserved().toArray().length, 1);
  assert.deepEqual(texts(resources.allocatableTo("web/blue")).length, 2);
  assert.equal(resources.allocatableTo("ops").scalar("cpus"), 2);
  assert.equal(old.role, "web");
});

test("allocation is put on and taken off without changing what is there", () => {
  const resources = Resources.of([scalar("cpus", 1), scalar("mem", 64)]);
  const allocated = resources.allocate("web");
  assert.deepEqual(texts(allocated), ["cpus(allocated: web):1", "mem(allocated: web):64"]);
  assert.ok(!resources.contains(allocated));
  assert.ok(allocated.unallocate().equals(resources));
  assert.ok(resources.unallocate().equals(resources));
  const both = allocated.plus(resources.allocate("ops"));
  assert.deepEqual([...both.allocations().keys()], ["web", "ops"]);
  assert.equal(both.unallocate().toArray().length, 2);
  assert.equal(both.unallocate().scalar("cpus"), 2);
});

test("revocable resources can be told apart", () => {
  const resources = Resources.of([scalar("cpus", 1), scalar("cpus", 2, { revocable: {} })]);
  assert.equal(resources.revocable().scalar("cpus"), 2);
  assert.equal(resources.nonRevocable().scalar("cpus"), 1);
});

test("a resource that is not valid makes no bag", () => {
  assert.throws(() => Resources.of([scalar("cpus", -1)]), { code: "RESOURCE_INVALID", message: /value <= 0/ });
  assert.throws(() => Resources.of([create(ResourceSchema, { name: "x", type: Value_Type.TEXT })]), /Unsupported/);
});

test("laws: plus", () => {
  fc.assert(
    fc.property(bag, bag, bag, (a, b, c) => {
      assert.ok(a.plus(b).equals(b.plus(a)));
      assert.ok(
        a
          .plus(b)
          .plus(c)
          .equals(a.plus(b.plus(c))),
      );
      assert.ok(a.plus(Resources.none).equals(a));
      assert.ok(a.plus(b).contains(a) && a.plus(b).contains(b));
    }),
  );
});

test("laws: minus and contains", () => {
  fc.assert(
    fc.property(bag, bag, (a, b) => {
      assert.ok(a.minus(a).isEmpty);
      assert.ok(a.minus(Resources.none).equals(a));
      assert.ok(a.contains(a) && a.contains(Resources.none));
      assert.ok(a.contains(a.minus(b)));
      if (a.contains(b)) {
        assert.ok(a.minus(b).plus(b).equals(a));
      }
      // ranges and sets that both have are there only once
      const scalars = b.filter((resource) => resource.scalar !== undefined);
      assert.ok(a.plus(scalars).minus(scalars).equals(a));
    }),
  );
});

test("laws: what comes out makes the same bag again, and is not changed by what is done with the bag", () => {
  fc.assert(
    fc.property(bag, bag, (a, b) => {
      const unshared = a.filter((resource) => resource.shared === undefined);
      const before = JSON.stringify(texts(a));
      assert.ok(Resources.of(unshared.toArray()).equals(unshared));
      a.plus(b).minus(a).allocate("x").unallocate().toUnreserved();
      assert.equal(JSON.stringify(texts(a)), before);
    }),
  );
});
