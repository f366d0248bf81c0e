import assert from "node:assert/strict";
import { test } from "node:test";
import { isOfNetwork, ownerAlias } from "./owner-alias.ts";

test("an alias names its attachment", () => {
  const alias = ownerAlias({ network: "blue", containerId: "c1", ifName: "eth0" });
  assert.equal(alias, "fairlead/blue/c1/eth0");
  assert.equal(isOfNetwork(alias, "blue"), true);
  assert.equal(isOfNetwork(alias, "blu"), false);
  assert.equal(isOfNetwork(undefined, "blue"), false);
  assert.equal(isOfNetwork("uplink to blue", "blue"), false);
});

test("names that are too long for an alias are hashed, and still told apart", () => {
  const network = "n".repeat(200);
  const alias = ownerAlias({ network, containerId: "c".repeat(200), ifName: "eth0" });
  assert.equal(alias.length <= 255, true);
  assert.notEqual(alias, ownerAlias({ network, containerId: "c".repeat(200), ifName: "eth1" }));
  assert.equal(isOfNetwork(alias, network), true);
  assert.equal(isOfNetwork(alias, "n".repeat(201)), false);
});
