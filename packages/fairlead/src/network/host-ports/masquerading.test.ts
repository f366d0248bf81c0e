import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCidr } from "@fairlead/cni";
import { masqueradingParts } from "./masquerading.ts";

const parts = (text: string) => masqueradingParts(parseCidr(text) ?? assert.fail(text), "local");

test("what comes from 127.0.0.1 or the own subnet is masqueraded; there is nothing like that for ::1", () => {
  const rules = (text: string) => parts(text).at(-1)?.chains[0].rules.length;
  assert.equal(rules("10.0.0.2/24"), 2);
  assert.equal(rules("fd00::2/64"), 1);
});

test("the addresses of a subnet share its chain; it is named so that nft can read it", () => {
  const names = (text: string) => parts(text).map(({ chains }) => chains[0].chain.name);
  assert.deepEqual(names("10.0.0.2/24"), ["ports_postrouting", "ports_masquerade_10.0.0.0/24"]);
  assert.deepEqual(names("10.0.0.3/24"), names("10.0.0.2/24"));
  assert.deepEqual(names("fd00::2/64"), ["ports_postrouting", "ports_masquerade_fd00__/64"]);
});
