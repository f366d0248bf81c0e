import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIp, type JsonObject, parseIp } from "@fairlead/cni";
import fc from "fast-check";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { candidates, parseRangeSet, rangeSetsOverlap } from "./range-set.ts";

const set = (...ranges: JsonObject[]) => parseRangeSet(ranges.map((range) => new NetconfReader(range, "Range")));
const order = (ranges: JsonObject[], last?: string) =>
  [...candidates(set(...ranges), last === undefined ? undefined : parseIp(last))].map(({ address }) =>
    formatIp(address),
  );

const SMALL: JsonObject = { subnet: "10.1.0.0/29" };
const OTHER: JsonObject = { subnet: "10.2.0.0/29", rangeStart: "10.2.0.3", rangeEnd: "10.2.0.4" };

test("addresses come in turn, from the one after the last, without the gateway", () => {
  assert.deepEqual(order([SMALL]), ["10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6"]);
  assert.deepEqual(order([SMALL], "10.1.0.4"), ["10.1.0.5", "10.1.0.6", "10.1.0.2", "10.1.0.3", "10.1.0.4"]);
  assert.deepEqual(order([SMALL], "10.1.0.6"), order([SMALL]));
  assert.deepEqual(order([SMALL], "10.9.0.6"), order([SMALL]), "one that is in no range means nothing");
});

test("ranges follow each other", () => {
  assert.deepEqual(order([OTHER, { ...SMALL, gateway: "10.1.0.6" }], "10.2.0.3"), [
    "10.2.0.4",
    ...["10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5"],
    "10.2.0.3",
  ]);
});

test("a set may have no address to give out", () => {
  assert.deepEqual(order([{ subnet: "10.1.0.0/30", rangeEnd: "10.1.0.1" }]), []);
});

test("the last address of its family does not end in a loop", () => {
  const top = { subnet: "255.255.255.0/24", rangeStart: "255.255.255.254", rangeEnd: "255.255.255.255" };
  assert.deepEqual(order([top], "255.255.255.255"), ["255.255.255.254", "255.255.255.255"]);
});

test("wherever it begins, every address comes once", () => {
  const all = order([OTHER, SMALL]);
  fc.assert(
    fc.property(fc.constantFrom(...all, "10.1.0.1"), (last) => {
      const turn = order([OTHER, SMALL], last);
      assert.deepEqual(turn.toSorted(), all.toSorted());
      assert.equal(turn.at(-1), last === "10.1.0.1" ? "10.2.0.4" : last);
    }),
  );
});

test("what is no set is refused", () => {
  assert.throws(() => set(), { pluginCode: 999, message: "empty range set" });
  assert.throws(() => set(SMALL, { subnet: "fd00::/64" }), { pluginCode: 999, message: "mixed address families" });
  assert.throws(() => set(OTHER, SMALL, { subnet: "10.1.0.0/24" }), {
    pluginCode: 999,
    message: "subnets 10.1.0.1-10.1.0.6 and 10.1.0.1-10.1.0.254 overlap",
  });
});

test("sets overlap when ranges of theirs do", () => {
  assert.equal(rangeSetsOverlap(set(SMALL, OTHER), set({ subnet: "10.3.0.0/24" })), false);
  assert.equal(rangeSetsOverlap(set(SMALL, OTHER), set({ subnet: "10.2.0.0/24", rangeEnd: "10.2.0.3" })), true);
  assert.equal(rangeSetsOverlap(set(SMALL), set({ subnet: "fd00::/64" })), false);
});
