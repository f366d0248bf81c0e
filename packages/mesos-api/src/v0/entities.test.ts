import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { ExecutorInfo_Type, ExecutorInfoSchema } from "../../gen/mesos/v1/framework_pb.js";
import { AgentInfoSchema, MasterInfoSchema } from "../../gen/mesos/v1/node_pb.js";
import { OfferSchema } from "../../gen/mesos/v1/offer_pb.js";
import { Value_Type } from "../../gen/mesos/v1/resource_pb.js";
import { writeAgentMembers } from "./agent-info.ts";
import { writeExecutorMembers } from "./executor-info.ts";
import { writeMasterInfo } from "./master-info.ts";
import { writeOffer } from "./offer.ts";

const domain = { faultDomain: { region: { name: "eu" }, zone: { name: "a" } } };
const domainJson = { fault_domain: { region: { name: "eu" }, zone: { name: "a" } } };
const cpus = { name: "cpus", type: Value_Type.SCALAR, scalar: { value: 1 }, allocationInfo: { role: "eng" } };

test("an executor of a framework", () => {
  const executor = create(ExecutorInfoSchema, {
    type: ExecutorInfo_Type.CUSTOM,
    executorId: { value: "e" },
    frameworkId: { value: "f" },
    name: "exec",
    command: { shell: false, value: "/bin/exec" },
    resources: [cpus],
    labels: { labels: [{ key: "k" }] },
  });
  assert.deepEqual(JSON.parse(`{${writeExecutorMembers(executor)}}`), {
    executor_id: "e",
    name: "exec",
    framework_id: "f",
    command: { shell: false, value: "/bin/exec", argv: [], uris: [] },
    resources: { cpus: 1, gpus: 0, mem: 0, disk: 0 },
    role: "eng",
    labels: [{ key: "k" }],
    type: "CUSTOM",
  });
});

test("a default executor has no command of its own and may have no resources", () => {
  const executor = create(ExecutorInfoSchema, { executorId: { value: "e" } });
  assert.deepEqual(JSON.parse(`{${writeExecutorMembers(executor)}}`), {
    executor_id: "e",
    name: "",
    framework_id: "",
    command: { argv: [], uris: [] },
    resources: { cpus: 0, gpus: 0, mem: 0, disk: 0 },
  });
});

test("an offer keeps allocation_info in the generic form", () => {
  const offer = create(OfferSchema, {
    id: { value: "o" },
    frameworkId: { value: "f" },
    agentId: { value: "s" },
    hostname: "a1",
    allocationInfo: { role: "eng" },
    resources: [cpus],
  });
  assert.deepEqual(JSON.parse(writeOffer(offer)), {
    id: "o",
    framework_id: "f",
    allocation_info: { role: "eng" },
    slave_id: "s",
    resources: { cpus: 1, gpus: 0, mem: 0, disk: 0 },
  });
});

test("an agent is a slave with the default port where it names none", () => {
  const agent = create(AgentInfoSchema, {
    id: { value: "s" },
    hostname: "a1",
    attributes: [{ name: "rack", type: Value_Type.TEXT, text: { value: "r7" } }],
    domain,
  });
  assert.deepEqual(JSON.parse(`{${writeAgentMembers(agent)}}`), {
    id: "s",
    hostname: "a1",
    port: 5051,
    attributes: { rack: "r7" },
    domain: domainJson,
  });
});

test("a master as leader_info", () => {
  const info = create(MasterInfoSchema, {
    id: "m",
    ip: 16777226,
    port: 5050,
    pid: "master@10.0.0.1:5050",
    hostname: "m1",
  });
  assert.deepEqual(JSON.parse(writeMasterInfo(info)), {
    id: "m",
    pid: "master@10.0.0.1:5050",
    port: 5050,
    hostname: "m1",
  });
});
