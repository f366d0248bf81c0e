import assert from "node:assert/strict";
import { test } from "node:test";
import { referencePortChain } from "./reference-ports.ts";

test("a container's chain is found by the name that the reference plugin gives it", () => {
  // what version 1.1.1 makes for these two
  assert.equal(referencePortChain({ network: "net", containerId: "c1" }), "CNI-DN-623e1c388032b20529218");
  assert.equal(referencePortChain({ network: "net", containerId: "c2" }), "CNI-DN-0aed9834e55b18dc6e007");
});
