import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetworkConfig as parseCni } from "@fairlead/cni";
import { networkConfig, parseNetworkConfig } from "./network-config.ts";

const NETWORK = { bridge: "fairlead0", subnet: "10.77.0.0/24" };

test("the configuration is one that CNI takes", () => {
  const list = parseCni(networkConfig(NETWORK, "/run/x"));
  assert.equal(list.name, "fairlead");
  assert.deepEqual(
    list.plugins.map((plugin) => plugin.type),
    ["bridge", "portmap"],
  );
});

test("what was chosen is found again", () => {
  assert.deepEqual(parseNetworkConfig(JSON.stringify(networkConfig(NETWORK, "/run/x"))), NETWORK);
  for (const text of ["", "{}", '{"plugins":[]}', '{"plugins":[{"bridge":7}]}', "null"]) {
    assert.equal(parseNetworkConfig(text), undefined, text);
  }
});
