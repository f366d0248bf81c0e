import assert from "node:assert/strict";
import { test } from "node:test";
import { agent, scheduler } from "@fairlead/mesos-api";
import { assertV1Binary, assertV1Json } from "./conformance.ts";
import { parsePorts, readDnsState } from "./dns-reader.ts";
import { encodeFields } from "./protobuf.ts";
import { RecordCutter } from "./records.ts";

// The clients of these tests are only worth something if they refuse what real ones refuse.

const FAILURE = '{"type":"FAILURE","failure":{"agent_id":{"value":"a"},"status":256}}';

test("a strict reader of v1 JSON takes what Mesos would write", () => {
  assertV1Json(scheduler.EventSchema, FAILURE);
  assertV1Json(scheduler.EventSchema, '{"type":"HEARTBEAT"}');
});

for (const [what, from, to] of [
  ["a field too many", '"status":256', '"status":256,"cause":"x"'],
  ["a name in another case", '"agent_id"', '"agentId"'],
  ["a name of the v0 API", '"agent_id"', '"slave_id"'],
  ["an enum value that is new", '"FAILURE"', '"FAILED_BADLY"'],
  ["an enum value as a number", '"FAILURE"', "6"],
  ["null", '{"value":"a"}', "null"],
  ["a required field that is missing", '{"value":"a"}', "{}"],
  ["a number as text", "256", '"256"'],
  ["a whole number with a point", "256", "256.0"],
] as const) {
  test(`a strict reader of v1 JSON refuses ${what}`, () => {
    const text = FAILURE.replace(from, to);
    assert.notEqual(text, FAILURE);
    assert.throws(() => assertV1Json(scheduler.EventSchema, text), assert.AssertionError);
  });
}

test("a strict reader of protobuf refuses unknown numbers, however deep", () => {
  assertV1Binary(scheduler.EventSchema, encodeFields({ 1: 8 }));
  assert.throws(() => assertV1Binary(scheduler.EventSchema, encodeFields({ 1: 8, 99: 1 })), assert.AssertionError);
  const deep = encodeFields({ 1: 9, 10: { 1: { 1: { 1: "f" }, 4: { 1: "c", 99: 1 } } } });
  assert.throws(() => assertV1Binary(agent.ResponseSchema, deep), assert.AssertionError);
});

const STATE = {
  leader: "master@10.0.0.1:5050",
  slaves: [{ id: "S0", hostname: "h", pid: "slave(1)@10.0.0.2:5051" }],
  frameworks: [
    {
      name: "f",
      hostname: "",
      tasks: [
        {
          id: "t",
          name: "t",
          framework_id: "f",
          slave_id: "S0",
          state: "TASK_RUNNING",
          resources: { ports: "[1-2]" },
          statuses: [
            {
              state: "TASK_RUNNING",
              timestamp: 2,
              container_status: { network_infos: [{ ip_addresses: [{ ip_address: "10.9.0.2" }] }] },
            },
            { state: "TASK_RUNNING", timestamp: 1 },
          ],
        },
      ],
    },
  ],
};

test("a DNS server takes the latest TASK_RUNNING by its time", () => {
  assert.deepEqual(readDnsState(JSON.stringify(STATE)).tasks[0]?.addresses, ["10.9.0.2"]);
});

for (const [what, from, to] of [
  ["no leader", '"master@10.0.0.1:5050"', '""'],
  ["an agent without address", '"slave(1)@10.0.0.2:5051"', '""'],
  ["a framework with an empty pid", '"hostname":"",', '"hostname":"","pid":"",'],
  ["a framework without tasks", '"tasks"', '"jobs"'],
  ["ports as a number", '"[1-2]"', "1"],
  ["a status without time", '"timestamp":1', '"timestamp":null'],
  ["a task on an agent that is not there", '"slave_id":"S0"', '"slave_id":"S1"'],
] as const) {
  test(`a DNS server drops a state with ${what}`, () => {
    const text = JSON.stringify(STATE).replace(from, to);
    assert.notEqual(text, JSON.stringify(STATE));
    assert.throws(() => readDnsState(text), assert.AssertionError);
  });
}

test("a DNS server reads ports in one form only", () => {
  assert.deepEqual([parsePorts(""), parsePorts("[]"), parsePorts("[5-6, 8-8]")], [[], [], [5, 6, 8]]);
  for (const text of ["5", "[5]", "[5,6]", "[5-6,8-8]", "{5-6}", "[5-6"]) assert.throws(() => parsePorts(text));
});

test("a strict reader of records refuses what stands between them", () => {
  assert.deepEqual(new RecordCutter().push(Buffer.from("2\nab3\ncde1")).map(String), ["ab", "cde"]);
  for (const text of ["2\nab\n3\ncde", "2 \nab", "0\n", "02\nab", "\n", "x"]) {
    assert.throws(() => new RecordCutter().push(Buffer.from(text)), assert.AssertionError, JSON.stringify(text));
  }
});
