import assert from "node:assert/strict";
import { test } from "node:test";
import { isFieldSet } from "@bufbuild/protobuf";
import { ContainerIDSchema, TimeInfoSchema } from "../../gen/mesos/v1/base_pb.js";
import { CommandInfoSchema, HealthCheckSchema } from "../../gen/mesos/v1/command_pb.js";
import {
  ContainerInfo_DockerInfo_Network,
  ContainerInfoSchema,
  RLimitInfoSchema,
} from "../../gen/mesos/v1/container_pb.js";
import { FrameworkInfo_Capability_Type, FrameworkInfoSchema } from "../../gen/mesos/v1/framework_pb.js";
import { CallSchema as MasterCallSchema } from "../../gen/mesos/v1/master/master_pb.js";
import { FiltersSchema, ResourceSchema, Value_RangeSchema } from "../../gen/mesos/v1/resource_pb.js";
import { Call_Type, CallSchema } from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { TaskInfoSchema, TaskStatusSchema } from "../../gen/mesos/v1/task_pb.js";
import { readJson } from "./read.ts";

function refuses(run: () => unknown, code: string, message: string | RegExp): void {
  assert.throws(run, { name: "JsonDecodeError", code, message });
}

test("a call as a framework sends it", () => {
  const call = readJson(
    CallSchema,
    `{"framework_id":{"value":"f"},"type":"ACCEPT","accept":{"offer_ids":[{"value":"o"}],"operations":[{"type":"LAUNCH",
      "launch":{"task_infos":[{"name":"n","task_id":{"value":"t"},"agent_id":{"value":"a"},
      "container":{"type":"MESOS","network_infos":[{"name":"blue","port_mappings":[{"host_port":8080,"container_port":80}]}]},
      "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.1}}]}]}}],"filters":{"refuse_seconds":1}}}`,
  );
  assert.equal(call.type, Call_Type.ACCEPT);
  const task = call.accept?.operations[0]?.launch?.taskInfos[0];
  assert.equal(task?.container?.networkInfos[0]?.name, "blue");
  assert.equal(task?.container?.networkInfos[0]?.portMappings[0]?.hostPort, 8080);
  assert.equal(task?.resources[0]?.scalar?.value, 0.1);
  assert.equal(task?.resources[0]?.role, "*");
  assert.equal(call.accept?.filters?.refuseSeconds, 1);
});

test("unknown keys are ignored and null is unset", () => {
  const call = readJson(
    CallSchema,
    '{"type":"REVIVE","revive":null,"suppress":null,"extra":{"type":"X"},"__proto__":{}}',
  );
  assert.equal(call.revive, undefined);
  const info = readJson(
    FrameworkInfoSchema,
    '{"user":"u","name":"n","roles":[null,"a",null],"labels":null,"checkpoint":null}',
  );
  assert.deepEqual(info.roles, ["a"]);
  assert.ok(!isFieldSet(info, FrameworkInfoSchema.field.checkpoint));
  refuses(
    () => readJson(FrameworkInfoSchema, '{"user":null,"name":"n"}'),
    "MESSAGE_INVALID",
    "Missing required fields: user",
  );
});

test("an enum is a name; an unknown one is dropped where it is not required", () => {
  const capabilities = '[{"type":"MULTI_ROLE"},{"type":"FLYING"},{}]';
  const info = readJson(FrameworkInfoSchema, `{"user":"u","name":"n","capabilities":${capabilities}}`);
  assert.deepEqual(
    info.capabilities.map((capability) => capability.type),
    [
      FrameworkInfo_Capability_Type.MULTI_ROLE,
      FrameworkInfo_Capability_Type.UNKNOWN,
      FrameworkInfo_Capability_Type.UNKNOWN,
    ],
  );
  const docker = readJson(ContainerInfoSchema, '{"type":"DOCKER","docker":{"image":"i","network":"WARP"}}').docker;
  assert.equal(docker?.network, ContainerInfo_DockerInfo_Network.HOST);
  const status = (state: string) => () => readJson(TaskStatusSchema, `{"task_id":{"value":"t"},"state":${state}}`);
  refuses(status('"TASK_FLYING"'), "MESSAGE_INVALID", "Failed to find enum for 'TASK_FLYING'");
  refuses(status("1"), "MESSAGE_INVALID", "Not expecting a JSON number for field 'state'");
});

test("numbers and booleans may be strings", () => {
  const info = readJson(FrameworkInfoSchema, '{"user":"u","name":"n","checkpoint":"true","failover_timeout":"1.5e2"}');
  assert.equal(info.checkpoint, true);
  assert.equal(info.failoverTimeout, 150);
  assert.equal(readJson(FiltersSchema, '{"refuse_seconds":"Infinity"}').refuseSeconds, Number.POSITIVE_INFINITY);
  assert.equal(readJson(FiltersSchema, '{"refuse_seconds":"-Infinity"}').refuseSeconds, Number.NEGATIVE_INFINITY);
  assert.equal(readJson(HealthCheckSchema, '{"consecutive_failures":"7"}').consecutiveFailures, 7);
  refuses(
    () => readJson(FiltersSchema, '{"refuse_seconds":"soon"}'),
    "MESSAGE_INVALID",
    "Failed to parse 'soon' as a JSON number for field 'refuse_seconds': syntax error",
  );
  refuses(
    () => readJson(CommandInfoSchema, '{"shell":"yes"}'),
    "MESSAGE_INVALID",
    "Failed to parse 'yes' as a JSON boolean for field 'shell': syntax error",
  );
});

test("integers above 2^53 keep all their digits, in every form", () => {
  const nanoseconds = (json: string) => readJson(TimeInfoSchema, `{"nanoseconds":${json}}`).nanoseconds;
  assert.equal(nanoseconds("1700000000123456789"), 1700000000123456789n);
  assert.equal(nanoseconds('"1700000000123456789"'), 1700000000123456789n);
  assert.equal(nanoseconds("-9223372036854775808"), -(2n ** 63n));
  assert.equal(nanoseconds("9007199254740993"), 9007199254740993n);
  assert.equal(nanoseconds("1.7e9"), 1700000000n);
  assert.equal(nanoseconds("2.9"), 2n);
  assert.equal(readJson(TimeInfoSchema, { nanoseconds: 1700000000123456789n }).nanoseconds, 1700000000123456789n);
  assert.equal(readJson(Value_RangeSchema, '{"begin":0,"end":18446744073709551615}').end, 2n ** 64n - 1n);
  // a long number elsewhere, in a double or in a string, changes nothing
  assert.equal(readJson(FiltersSchema, '{"refuse_seconds":1267650600228229401496703205376}').refuseSeconds, 2 ** 100);
  assert.equal(readJson(ContainerIDSchema, '{"value":"12345678901234567890"}').value, "12345678901234567890");
});

test("integers out of the range of their field are refused", () => {
  for (const json of ["9223372036854775808", "1e30", "1e999", '"99999999999999999999"']) {
    const read = () => readJson(TimeInfoSchema, `{"nanoseconds":${json}}`);
    refuses(read, "MESSAGE_INVALID", /^Number .* is out of range for field 'nanoseconds'$/);
  }
  const mapping = (json: string) =>
    `{"type":"MESOS","network_infos":[{"port_mappings":[{"host_port":${json},"container_port":80}]}]}`;
  for (const json of ["-1", "4294967296", "1e999"]) {
    const read = () => readJson(ContainerInfoSchema, mapping(json));
    refuses(read, "MESSAGE_INVALID", /^Number .* is out of range for field 'host_port'$/);
  }
});

test("values of the wrong type are refused in Mesos's words", () => {
  const cases: [string, string][] = [
    ['{"name":5}', "Not expecting a JSON number for field 'name'"],
    ['{"name":true}', "Not expecting a JSON boolean for field 'name'"],
    ['{"name":{}}', "Not expecting a JSON object for field 'name'"],
    ['{"name":["n"]}', "Not expecting a JSON array for field 'name'"],
    ['{"labels":"l"}', "Not expecting a JSON string for field 'labels'"],
    ['{"labels":[{}]}', "Not expecting a JSON array for field 'labels'"],
    ['{"capabilities":["MULTI_ROLE"]}', "Not expecting a JSON string for field 'capabilities'"],
    ['{"checkpoint":1}', "Not expecting a JSON number for field 'checkpoint'"],
    ['{"failover_timeout":{}}', "Not expecting a JSON object for field 'failover_timeout'"],
    ['{"offer_filters":7}', "Not expecting a JSON number for field 'offer_filters'"],
    ["[]", "Expecting a JSON object"],
    ["null", "Expecting a JSON object"],
    ['"text"', "Expecting a JSON object"],
  ];
  for (const [json, message] of cases) {
    refuses(() => readJson(FrameworkInfoSchema, json), "MESSAGE_INVALID", message);
  }
});

test("one value stands for a list of one", () => {
  const command = readJson(CommandInfoSchema, '{"uris":{"value":"u"},"arguments":"a"}');
  assert.deepEqual(
    command.uris.map((uri) => uri.value),
    ["u"],
  );
  assert.deepEqual(command.arguments, ["a"]);
});

test("limits take Value.Scalar messages and bare numbers", () => {
  const limits = '{"cpus":{"value":"Infinity"},"mem":64,"disk":"Infinity","gpus":null,"__proto__":1}';
  const task = readJson(
    TaskInfoSchema,
    `{"name":"n","task_id":{"value":"t"},"agent_id":{"value":"a"},"limits":${limits}}`,
  );
  assert.deepEqual(
    Object.entries(task.limits).map(([name, limit]) => [name, limit.value]),
    [
      ["cpus", Number.POSITIVE_INFINITY],
      ["mem", 64],
      ["disk", Number.POSITIVE_INFINITY],
      ["__proto__", 1],
    ],
  );
  assert.equal(Object.getPrototypeOf(task.limits), Object.prototype);
});

test("bytes are base64, with padding or without", () => {
  const data = (text: string) =>
    readJson(TaskInfoSchema, { name: "n", task_id: { value: "t" }, agent_id: { value: "a" }, data: text }).data;
  assert.deepEqual(data("AP+/"), Uint8Array.of(0, 255, 191));
  assert.deepEqual(data("AP8="), Uint8Array.of(0, 255));
  assert.deepEqual(data("AP8"), Uint8Array.of(0, 255));
  assert.deepEqual(data("A P\n8="), Uint8Array.of(0, 255));
  refuses(() => data("AP-_"), "MESSAGE_INVALID", "Failed to base64 decode bytes field 'data': Invalid character '-'");
});

test("oneofs and google.protobuf.Duration", () => {
  const call = readJson(
    CallSchema,
    `{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":"n"},"offer_constraints":{"role_constraints":{"r":{"groups":[
      {"attribute_constraints":[{"selector":{"attribute_name":"rack"},"predicate":{"text_equals":{"value":"x"}}}]}]}}}}}`,
  );
  const constraint = call.subscribe?.offerConstraints?.roleConstraints.r?.groups[0]?.attributeConstraints[0];
  assert.deepEqual(constraint?.selector?.selector, { case: "attributeName", value: "rack" });
  assert.equal(constraint?.predicate?.predicate.case, "textEquals");
  const drain = readJson(
    MasterCallSchema,
    '{"type":"DRAIN_AGENT","drain_agent":{"agent_id":{"value":"a"},"max_grace_period":{"seconds":"90","nanos":5}}}',
  );
  assert.equal(drain.drainAgent?.maxGracePeriod?.seconds, 90n);
});

test("missing fields are named with their paths", () => {
  refuses(
    () =>
      readJson(
        CallSchema,
        '{"accept":{"operations":[{"launch":{"task_infos":[{"task_id":{},"limits":{"cpus":{}}}]}}]}}',
      ),
    "MESSAGE_INVALID",
    `Missing required fields: ${["name", "agent_id", "task_id.value", "limits[0].value.value"]
      .map((path) => `accept.operations[0].launch.task_infos[0].${path}`)
      .join(", ")}`,
  );
  refuses(() => readJson(ResourceSchema, "{}"), "MESSAGE_INVALID", "Missing required fields: name, type");
  // an error stays readable
  const many = `[${Array.from({ length: 10_000 }, () => '{"type":"DOCKER"},{}').join(",")}]`;
  const volumes = () => readJson(ContainerInfoSchema, `{"type":"MESOS","volumes":${many}}`);
  assert.throws(volumes, (error: Error) => error.message.length < 2000);
  assert.equal(readJson(RLimitInfoSchema, `{"rlimits":${many}}`).rlimits.length, 20_000);
});

test("a text that is no JSON, or nested too deep, is told apart from a wrong message", () => {
  refuses(() => readJson(CallSchema, "{"), "JSON_INVALID", /JSON/);
  refuses(() => readJson(CallSchema, ""), "JSON_INVALID", /JSON/);
  refuses(() => readJson(CallSchema, '{"type":"REVIVE'), "JSON_INVALID", /JSON/);
  const nested = (depth: number) =>
    `${'{"value":"a","parent":'.repeat(depth - 1)}{"value":"a"}${"}".repeat(depth - 1)}`;
  assert.equal(readJson(ContainerIDSchema, nested(100)).value, "a");
  refuses(() => readJson(ContainerIDSchema, nested(101)), "JSON_INVALID", "nested deeper than 100 levels");
  refuses(() => readJson(CallSchema, `{"x":${"[".repeat(1_000_000)}`), "JSON_INVALID", "nested deeper than 100 levels");
  // brackets within strings do not count
  assert.equal(
    readJson(ContainerIDSchema, `{"value":"${"[".repeat(200)}\\\\\\"${"[".repeat(200)}"}`).value.length,
    402,
  );
  // a value that was parsed elsewhere is bounded as well
  let parsed: unknown = { value: "a" };
  let list: unknown = "a";
  for (let i = 0; i < 100_000; i++) {
    parsed = { value: "a", parent: parsed };
    list = [list];
  }
  refuses(() => readJson(ContainerIDSchema, parsed), "JSON_INVALID", "nested deeper than 100 levels");
  refuses(() => readJson(CommandInfoSchema, { arguments: list }), "JSON_INVALID", "nested deeper than 100 levels");
});
