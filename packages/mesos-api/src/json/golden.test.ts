import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescMessage } from "@bufbuild/protobuf";
import { ResponseSchema as AgentResponseSchema } from "../../gen/mesos/v1/agent/agent_pb.js";
import { ContainerInfoSchema, ContainerStatusSchema } from "../../gen/mesos/v1/container_pb.js";
import { CallSchema as MasterCallSchema, ResponseSchema } from "../../gen/mesos/v1/master/master_pb.js";
import { CallSchema, EventSchema } from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { readJson } from "./read.ts";
import { writeJson } from "./write.ts";

/** JSON as Mesos writes it: every default is there, every field in its place. */
const WRITTEN: readonly [string, DescMessage, string][] = [
  ["HEARTBEAT", EventSchema, '{"type":"HEARTBEAT"}'],
  [
    "SUBSCRIBED",
    EventSchema,
    `{"type":"SUBSCRIBED","subscribed":{"framework_id":{"value":"6b5c-0000"},"heartbeat_interval_seconds":15.0,
     "master_info":{"id":"6b5c","ip":16777343,"port":5050,"pid":"master@127.0.0.1:5050","hostname":"localhost","version":"1.11.0",
     "address":{"hostname":"localhost","ip":"127.0.0.1","port":5050},"capabilities":[{"type":"AGENT_UPDATE"}]}}}`,
  ],
  [
    "OFFERS, for a framework with MULTI_ROLE and RESERVATION_REFINEMENT",
    EventSchema,
    `{"type":"OFFERS","offers":{"offers":[{"id":{"value":"6b5c-O0"},"framework_id":{"value":"6b5c-0000"},
     "agent_id":{"value":"6b5c-S0"},"hostname":"node-1",
     "url":{"scheme":"http","address":{"hostname":"node-1","ip":"10.0.0.5","port":5051},"path":"/slave(1)"},
     "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":3.9},"allocation_info":{"role":"web"}},
     {"name":"ports","type":"RANGES","ranges":{"range":[{"begin":31000,"end":32000}]},"allocation_info":{"role":"web"},
     "reservations":[{"type":"STATIC","role":"web"}]}],
     "attributes":[{"name":"rack","type":"TEXT","text":{"value":"a1"}}],
     "executor_ids":[{"value":"e"}],"allocation_info":{"role":"web"}}]}}`,
  ],
  [
    "UPDATE, with the addresses of a container",
    EventSchema,
    `{"type":"UPDATE","update":{"status":{"task_id":{"value":"t1"},"state":"TASK_RUNNING","source":"SOURCE_EXECUTOR",
     "agent_id":{"value":"6b5c-S0"},"executor_id":{"value":"t1"},"timestamp":1700000000.1,"uuid":"AAECAwQFBgcICQoLDA0ODw==",
     "container_status":{"container_id":{"value":"2f0c"},"network_infos":[
     {"ip_addresses":[{"protocol":"IPv4","ip_address":"10.9.0.7"},{"protocol":"IPv6","ip_address":"fd00::7"}],
     "name":"blue","labels":{"labels":[{"key":"app","value":"web"}]},
     "port_mappings":[{"host_port":8080,"container_port":80}]}],"executor_pid":4711}}}}`,
  ],
  ["ERROR", EventSchema, '{"type":"ERROR","error":{"message":"Framework has been removed"}}'],
  ["RESCIND", EventSchema, '{"type":"RESCIND","rescind":{"offer_id":{"value":"o"}}}'],
  [
    "FAILURE of an executor: the raw wait status",
    EventSchema,
    '{"type":"FAILURE","failure":{"agent_id":{"value":"a"},"executor_id":{"value":"e"},"status":256}}',
  ],
  [
    "a container that asks for a network",
    ContainerInfoSchema,
    `{"type":"MESOS","network_infos":[{"name":"blue","labels":{"labels":[{"key":"app","value":"web"}]},
     "port_mappings":[{"host_port":8080,"container_port":80}]}]}`,
  ],
  [
    "a Docker container: network and privileged are always told",
    ContainerInfoSchema,
    `{"type":"DOCKER","docker":{"image":"nginx","network":"USER","port_mappings":[{"host_port":31000,"container_port":80,"protocol":"tcp"}],
     "privileged":false,"parameters":[{"key":"cap-drop","value":"ALL"}]},"network_infos":[{"name":"blue"}],
     "linux_info":{"share_cgroups":true}}`,
  ],
  [
    "the host's network: the agent's own address",
    ContainerStatusSchema,
    '{"network_infos":[{"ip_addresses":[{"protocol":"IPv4","ip_address":"10.0.0.5"}]}],"cgroup_info":{"net_cls":{"classid":2863267841}}}',
  ],
  ["GET_HEALTH", ResponseSchema, '{"type":"GET_HEALTH","get_health":{"healthy":true}}'],
  ["GET_LOGGING_LEVEL", ResponseSchema, '{"type":"GET_LOGGING_LEVEL","get_logging_level":{"level":0}}'],
  [
    "GET_MAINTENANCE_SCHEDULE: nanoseconds beyond 2^53",
    ResponseSchema,
    `{"type":"GET_MAINTENANCE_SCHEDULE","get_maintenance_schedule":{"schedule":{"windows":[{"machine_ids":[{"hostname":"node-1","ip":"10.0.0.5"}],
     "unavailability":{"start":{"nanoseconds":1700000000123456789},"duration":{"nanoseconds":3600000000000}}}]}}}`,
  ],
  [
    "GET_CONTAINERS: a nested container",
    AgentResponseSchema,
    `{"type":"GET_CONTAINERS","get_containers":{"containers":[{"framework_id":{"value":"f"},"executor_id":{"value":"e"},
     "executor_name":"","container_id":{"value":"child","parent":{"value":"2f0c"}}}]}}`,
  ],
  ["REVIVE", CallSchema, '{"framework_id":{"value":"f"},"type":"REVIVE","revive":{"roles":["web"]}}'],
  [
    "DECLINE: refuse_seconds is told though it was not set",
    CallSchema,
    '{"framework_id":{"value":"f"},"type":"DECLINE","decline":{"offer_ids":[{"value":"o"}],"filters":{"refuse_seconds":5.0}}}',
  ],
  [
    "UPDATE_QUOTA",
    MasterCallSchema,
    '{"type":"UPDATE_QUOTA","update_quota":{"force":false,"quota_configs":[{"role":"web","limits":{"cpus":{"value":4.0}}}]}}',
  ],
];

for (const [name, schema, json] of WRITTEN) {
  test(`written and read: ${name}`, () => {
    const text = json.replaceAll(/\n\s*/g, "");
    assert.equal(writeJson(schema, readJson(schema, text)), text);
  });
}

test("read as clients send it: shortened, with numbers as strings, null for what is unset", () => {
  const calls: readonly [string, string][] = [
    [
      '{"type":"ACKNOWLEDGE","framework_id":{"value":"f"},"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"AAECAwQFBgcICQoLDA0ODw=="},"accept":null}',
      '{"framework_id":{"value":"f"},"type":"ACKNOWLEDGE","acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"AAECAwQFBgcICQoLDA0ODw=="}}',
    ],
    [
      '{"type":"KILL","kill":{"task_id":{"value":"t"},"kill_policy":{"grace_period":{"nanoseconds":"5000000000"}}},"principal":"x"}',
      '{"type":"KILL","kill":{"task_id":{"value":"t"},"kill_policy":{"grace_period":{"nanoseconds":5000000000}}}}',
    ],
    [
      '{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"","name":"n","roles":"web","capabilities":[{"type":"MULTI_ROLE"}],"labels":null}}}',
      '{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"","name":"n","failover_timeout":0.0,"checkpoint":false,"roles":["web"],"capabilities":[{"type":"MULTI_ROLE"}]}}}',
    ],
    ['{"type":"SUPPRESS"}', '{"type":"SUPPRESS"}'],
  ];
  for (const [sent, meant] of calls) {
    assert.equal(writeJson(CallSchema, readJson(CallSchema, sent)), meant);
  }
});
