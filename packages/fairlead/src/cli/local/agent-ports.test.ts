import assert from "node:assert/strict";
import { test } from "node:test";
import { parseResources } from "@fairlead/mesos-api";
import { agentPorts } from "./agent-ports.ts";

test("the first agent offers what Mesos's default is, no two the same port", () => {
  assert.equal(agentPorts(0), "ports:[31000-32000]");
  assert.equal(agentPorts(1), "ports:[32001-33001]");
  for (const index of [0, 1, 33, 34, 63]) parseResources(agentPorts(index), { defaultRole: "*" });
  assert.equal(agentPorts(33), "ports:[64033-65033]");
  assert.equal(agentPorts(34), "ports:[]");
});
