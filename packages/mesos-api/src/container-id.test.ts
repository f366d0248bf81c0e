import assert from "node:assert/strict";
import { test } from "node:test";
import { create, equals } from "@bufbuild/protobuf";
import { ContainerIDSchema } from "../gen/mesos/v1/base_pb.js";
import { parentContainerId, parseContainerId, toContainerId, toContainerIdMessage } from "./container-id.ts";

test("the text form goes from the top-level container down", () => {
  const message = create(ContainerIDSchema, { value: "c", parent: { value: "b", parent: { value: "a" } } });
  const id = toContainerId(message);
  assert.equal(id, "a.b.c");
  assert.equal(parseContainerId("a.b.c"), id);
  assert.ok(equals(ContainerIDSchema, toContainerIdMessage(id), message));
  assert.equal(parentContainerId(id), "a.b");
  assert.equal(parentContainerId(parseContainerId("a")), undefined);
});

test("values are refused in Mesos's words", () => {
  const id = (value: string, parent?: string) =>
    create(ContainerIDSchema, parent === undefined ? { value } : { value, parent: { value: parent } });
  const refused = [
    [id(""), "ID must not be empty"],
    [id("a/b"), "'a/b' contains invalid characters"],
    [id("a.b"), "'ContainerID.value' 'a.b' contains invalid characters"],
    [id("a b"), "'ContainerID.value' 'a b' contains invalid characters"],
    [id("a".repeat(243)), `'ContainerID.value' '${"a".repeat(243)}' exceeds the maximum length (242)`],
    [id("b", "a.b"), "'ContainerID.parent' is invalid: 'ContainerID.value' 'a.b' contains invalid characters"],
  ] as const;
  for (const [message, text] of refused) {
    assert.throws(() => toContainerId(message), { name: "IdError", code: "ID_INVALID", message: text });
  }
  assert.throws(() => parseContainerId("a..b"), { message: "ID must not be empty" });
  assert.throws(() => parseContainerId("a. b"), { message: "'ContainerID.value' ' b' contains invalid characters" });
});

test("the depth of nesting is bounded in both forms", () => {
  assert.equal(parseContainerId("a.b.c.d.e.f.g.h"), "a.b.c.d.e.f.g.h");
  assert.throws(() => parseContainerId("a.b.c.d.e.f.g.h.i"), /nested deeper than 8 containers/);
  let message = create(ContainerIDSchema, { value: "a" });
  for (let i = 0; i < 100_000; i++) {
    message = create(ContainerIDSchema, { value: "a", parent: message });
  }
  assert.throws(() => toContainerId(message), /nested deeper than 8 containers/);
});
