import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceChain, referenceComment } from "./reference-masquerade.ts";

test("the names are those of the reference", () => {
  const attachment = { network: "blue", containerId: "a1", ifName: "eth0" };
  // seen in `iptables-save -t nat` after an ADD by bridge 1.1.1
  assert.equal(referenceChain(attachment), "CNI-8c887b9723cf9c801d5de4f5");
  assert.match(referenceComment(attachment), /^[0-9a-f]{16}-[0-9a-f]{16}$/);
});
