import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetworkConfig } from "@fairlead/cni";
import { gatewayOf, type LocalNetwork, networkConfig, parseNote } from "./network-config.ts";

const NETWORK: LocalNetwork = { bridge: "fairlead0", subnet: "10.77.0.0/24", firewall: ["ip nat"] };

test("the configuration is one that CNI takes", () => {
  const list = parseNetworkConfig(networkConfig(NETWORK, "/run/x"));
  assert.equal(list.name, "fairlead");
  assert.deepEqual(
    list.plugins.map((plugin) => plugin.type),
    ["bridge", "portmap"],
  );
});

test("the gateway is the first address", () => {
  assert.equal(gatewayOf(NETWORK), "10.77.0.1/24");
});

test("what was noted is found again, anything else is not taken", () => {
  assert.deepEqual(parseNote(JSON.stringify(NETWORK)), NETWORK);
  for (const text of [
    "",
    "{}",
    "null",
    "7",
    JSON.stringify({ ...NETWORK, bridge: "eth0" }),
    JSON.stringify({ ...NETWORK, bridge: "fairlead0 up" }),
    JSON.stringify({ ...NETWORK, subnet: "10.77.0.0/16" }),
    JSON.stringify({ ...NETWORK, subnet: 7 }),
  ]) {
    assert.equal(parseNote(text), undefined, text);
  }
});
