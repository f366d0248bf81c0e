import assert from "node:assert/strict";
import { test } from "node:test";
import { agentIp, agentUrl } from "./agent-url.ts";

test("the URL of an agent comes from its pid", () => {
  const url = agentUrl("slave(1)@10.0.0.7:5051", "a1");
  assert.deepEqual(
    [url.scheme, url.address?.hostname, url.address?.ip, url.address?.port, url.path],
    ["http", "a1", "10.0.0.7", 5051, "/slave(1)"],
  );
});

test("brackets of IPv6 are for texts only", () => {
  assert.equal(agentIp("slave(1)@[fd00::7]:5051"), "fd00::7");
});
