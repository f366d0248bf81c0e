import assert from "node:assert/strict";
import { test } from "node:test";
import { ifbName } from "./ifb-name.ts";

test("the names that the reference plugin gives", () => {
  assert.equal(ifbName("net", "c1"), "bwp623e1c388032");
  assert.equal(ifbName("n", "c1"), "bwp9b00b9b7c279");
});
