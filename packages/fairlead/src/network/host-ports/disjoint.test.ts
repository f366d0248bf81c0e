import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Condition } from "./condition.ts";
import { areDisjoint } from "./disjoint.ts";
import { parseConditions } from "./parse-conditions.ts";

const disjoint = (a: string, b: string): boolean => {
  const parse = (words: string) => parseConditions(words === "" ? [] : words.split(" "), 4);
  const answer = areDisjoint(parse(a), parse(b));
  assert.equal(areDisjoint(parse(b), parse(a)), answer, "the order makes no difference");
  return answer;
};

const APART: readonly (readonly [string, string])[] = [
  ["-s 10.0.0.0/8", "-s 11.0.0.0/8"],
  ["-s 10.0.0.0/8", "! -s 10.0.0.0/8"],
  ["-s 10.1.0.0/16", "! -s 10.0.0.0/8"],
  ["-d 10.0.0.1", "-s 10.0.0.1 -d 10.0.0.2"],
  ["-i eth0", "-i eth1"],
  ["-i eth+", "-i veth0"],
  ["-i eth0", "! -i eth+"],
  ["-i eth1+", "! -i eth+"],
  ["-p tcp", "-p udp"],
  ["-p tcp", "! -p tcp"],
  ["-m addrtype --src-type LOCAL", "-m addrtype --src-type UNICAST"],
  ["-m addrtype --src-type LOCAL", "-m addrtype ! --src-type LOCAL"],
  ["-m mark --mark 0x1/0x1", "-m mark --mark 0x2/0x3"],
  ["-m mark --mark 0x1/0x1", "-m mark ! --mark 0x1/0x1"],
];

const MEETING: readonly (readonly [string, string])[] = [
  ["", ""],
  ["", "-s 10.0.0.0/8"],
  ["-s 10.0.0.0/8", "-s 10.1.0.0/16"],
  ["-s 10.0.0.0/8", "! -s 10.1.0.0/16"],
  ["! -s 10.0.0.0/8", "! -s 11.0.0.0/8"],
  ["-s 10.0.0.1", "-d 10.0.0.2"],
  ["-i eth0", "-o eth1"],
  ["-i eth+", "-i eth0"],
  ["-i eth+", "! -i eth0"],
  ["! -i eth0", "! -i eth1"],
  ["-m mark --mark 0x1/0x1", "-m mark --mark 0x2/0x2"],
  ["-m addrtype --src-type LOCAL", "-m addrtype --dst-type UNICAST"],
];

test("conditions that no packet can meet together are told", () => {
  for (const [a, b] of APART) assert.ok(disjoint(a, b), `${a} | ${b}`);
});

test("others are taken to meet", () => {
  for (const [a, b] of MEETING) assert.ok(!disjoint(a, b), `${a} | ${b}`);
});

interface Packet {
  readonly source: number;
  readonly input: string;
  readonly mark: number;
  readonly protocol: number;
  readonly type: string;
}

/** What the kernel would say, for the few things that the conditions below are about. */
function meets(packet: Packet, condition: Condition): boolean {
  const isMet = (): boolean => {
    switch (condition.match) {
      case "source":
        return ((packet.source ^ (condition.address.bytes[3] ?? 0)) & (condition.mask[3] ?? 0)) === 0;
      case "inputInterface": {
        const { name } = condition;
        return name.endsWith("+") ? packet.input.startsWith(name.slice(0, -1)) : packet.input === name;
      }
      case "mark":
        return (packet.mark & condition.mask) === condition.value;
      case "protocol":
        return packet.protocol === condition.protocol;
      case "sourceType":
        return packet.type === condition.type;
      default:
        return assert.fail(condition.match);
    }
  };
  return isMet() !== condition.isNegated;
}

test("where conditions are told to be disjoint, no packet meets both", () => {
  const match = fc.oneof(
    fc.tuple(fc.nat(7), fc.integer({ min: 29, max: 32 })).map(([last, length]) => `-s 10.0.0.${last}/${length}`),
    fc.constantFrom("-i a", "-i b", "-i a+", "-i ab", "-i ab+", "-p tcp", "-p udp"),
    fc.tuple(fc.nat(3), fc.nat(3)).map(([value, mask]) => `-m mark --mark ${value}/${mask}`),
    fc.constantFrom("LOCAL", "UNICAST").map((type) => `-m addrtype --src-type ${type}`),
  );
  const negated = fc.tuple(match, fc.boolean()).map(([words, isNegated]) => {
    return isNegated ? words.replace(/(?=-[sip] |--)/, "! ") : words;
  });
  const conditions = fc
    .array(negated, { minLength: 1, maxLength: 3 })
    .map((words) => parseConditions(words.join(" ").split(" "), 4));
  const packet = fc.record({
    source: fc.nat(7),
    input: fc.constantFrom("a", "ab", "abc", "b", ""),
    mark: fc.nat(3),
    protocol: fc.constantFrom(6, 17),
    type: fc.constantFrom("LOCAL", "UNICAST"),
  });
  fc.assert(
    fc.property(conditions, conditions, packet, (a, b, one) => {
      const meetsBoth = [...a, ...b].every((condition) => meets(one, condition));
      assert.ok(!(meetsBoth && areDisjoint(a, b)));
    }),
    { numRuns: 2000 },
  );
});
