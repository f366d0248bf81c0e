import assert from "node:assert/strict";
import { test } from "node:test";
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
