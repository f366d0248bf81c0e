import assert from "node:assert/strict";
import { test } from "node:test";
import { AttributeSchema, create, DomainInfoSchema, parseResources, Value_Type } from "@fairlead/mesos-api";
import { agentPid, incompatibility, toAgentInfo } from "./agent-info.ts";
import type { AgentConfig } from "./config.ts";

const address = { ip: "192.0.2.1", port: 5051 };

function infoOf(changes: Partial<AgentConfig>) {
  const config: Pick<AgentConfig, "hostname" | "resources" | "attributes"> = {
    hostname: "a",
    resources: parseResources("cpus:2;mem:100", { defaultRole: "*" }),
    attributes: [],
  };
  // only what an AgentInfo is made from
  return toAgentInfo({ ...config, ...changes } as AgentConfig, address);
}

test("what others are told: the advertised address, and the address where there is no name", () => {
  const info = infoOf({ hostname: undefined, advertiseIp: "198.51.100.1", advertisePort: 80 });
  assert.equal(info.hostname, "198.51.100.1");
  assert.equal(info.port, 80);
  assert.equal(agentPid({ ip: "2001:db8::1", port: 1 }), "slave(1)@[2001:db8::1]:1");
});

test("the same agent may go on, however its resources are written down", () => {
  const other = infoOf({ resources: parseResources("mem:60;cpus:2;mem:40", { defaultRole: "*" }) });
  assert.equal(incompatibility(infoOf({}), other), undefined);
});

test("each change is named", () => {
  const attribute = create(AttributeSchema, { name: "rack", type: Value_Type.TEXT, text: { value: "a" } });
  const before = infoOf({ attributes: [attribute] });
  const now = infoOf({
    hostname: "b",
    advertisePort: 5052,
    resources: [],
    domain: create(DomainInfoSchema, {}),
  });
  assert.equal(
    incompatibility(before, now),
    "Incompatible agent info detected: changed hostname from 'a' to 'b', port from 5051 to 5052, resources, attributes, domain",
  );
});
