import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { ContainerIDSchema } from "../../gen/mesos/v1/base_pb.js";
import { CallSchema } from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { TaskInfoSchema } from "../../gen/mesos/v1/task_pb.js";
import { holdsMoreMessages } from "./holds-more-messages.ts";

const DEEP = { maxDepth: 100 };

test("messages are counted at every depth, whatever they are called", () => {
  // reconcile, and in it tasks with an id each
  const tasks = Array.from({ length: 10 }, (_, i) => ({ taskId: { value: "x".repeat(i) } }));
  const bytes = toBinary(CallSchema, create(CallSchema, { reconcile: { tasks } }));
  assert.equal(holdsMoreMessages(CallSchema, bytes, { max: 21, ...DEEP }), false);
  assert.equal(holdsMoreMessages(CallSchema, bytes, { max: 20, ...DEEP }), true);
});

test("an entry of a map is a message, and so is its value", () => {
  const limits = { cpus: { value: 1 }, mem: { value: 2 } };
  const task = create(TaskInfoSchema, { taskId: { value: "t" }, agentId: { value: "a" }, name: "n", limits });
  const bytes = toBinary(TaskInfoSchema, task);
  assert.equal(holdsMoreMessages(TaskInfoSchema, bytes, { max: 6, ...DEEP }), false);
  assert.equal(holdsMoreMessages(TaskInfoSchema, bytes, { max: 5, ...DEEP }), true);
});

test("a message that holds itself is followed as deep as is allowed", () => {
  let id = create(ContainerIDSchema, { value: "c" });
  for (let i = 0; i < 10; i++) id = create(ContainerIDSchema, { value: "c", parent: id });
  const bytes = toBinary(ContainerIDSchema, id);
  assert.equal(holdsMoreMessages(ContainerIDSchema, bytes, { max: 10, maxDepth: 10 }), false);
  assert.equal(holdsMoreMessages(ContainerIDSchema, bytes, { max: 10, maxDepth: 9 }), true);
});

test("unknown fields do not count, and no bytes are too strange", () => {
  assert.equal(
    holdsMoreMessages(ContainerIDSchema, Uint8Array.of(0x7a, 0, 0x7a, 0, 0x7a, 0), { max: 1, ...DEEP }),
    false,
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      holdsMoreMessages(CallSchema, bytes, { max: 1, ...DEEP });
    }),
  );
});
