import assert from "node:assert/strict";
import { test } from "node:test";
import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { CallSchema as AgentCallSchema } from "../../gen/mesos/v1/agent/agent_pb.js";
import { CallSchema as MasterCallSchema, ResponseSchema } from "../../gen/mesos/v1/master/master_pb.js";
import { CallSchema, EventSchema } from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { TaskInfoSchema, TaskStatusSchema } from "../../gen/mesos/v1/task_pb.js";
import { anyMessage } from "./message.fixture.ts";
import { missingRequired } from "./missing-required.ts";
import { parseJsonText } from "./parse-json-text.ts";
import { readJson } from "./read.ts";
import { writeJson } from "./write.ts";

const schemas: readonly DescMessage[] = [
  TaskStatusSchema,
  TaskInfoSchema,
  CallSchema,
  EventSchema,
  MasterCallSchema,
  ResponseSchema,
  AgentCallSchema,
];

for (const schema of schemas) {
  test(`${schema.typeName}: what is written is read again`, () => {
    fc.assert(
      fc.property(anyMessage(schema), (message) => {
        const text = writeJson(schema, message);
        const read = readJson(schema, text);
        // defaults that were written are set now, and written again
        assert.equal(writeJson(schema, read), text);
        assert.deepEqual(missingRequired(schema, read), []);
        assert.equal(writeJson(schema, readJson(schema, parseJsonText(text))), text);
        assert.equal(writeJson(schema, throughBinary(schema, message)), text);
      }),
      { numRuns: 50 },
    );
  });
}

function throughBinary(schema: DescMessage, message: MessageShape<DescMessage>): MessageShape<DescMessage> {
  return fromBinary(schema, toBinary(schema, message));
}

test("any JSON is read or refused, and nothing else happens", () => {
  const json = fc
    .json({ maxDepth: 6 })
    .chain((text) => fc.constantFrom(text, `{"type":${text}}`, `{"update":${text}}`));
  const damaged = anyMessage(CallSchema).chain((message) => {
    const text = writeJson(CallSchema, message);
    return fc.nat(text.length).map((at) => text.slice(0, at) + text.slice(at + 1));
  });
  fc.assert(
    fc.property(fc.oneof(json, damaged), (text) => {
      try {
        readJson(CallSchema, text);
      } catch (error) {
        assert.equal((error as Error).name, "JsonDecodeError");
      }
    }),
  );
});
