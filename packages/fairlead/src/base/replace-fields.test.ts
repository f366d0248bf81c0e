import assert from "node:assert/strict";
import { test } from "node:test";
import { create, FrameworkInfoSchema } from "@fairlead/mesos-api";
import { replaceFields } from "./replace-fields.ts";

test("replaces and unsets fields, and leaves the original alone", () => {
  const before = create(FrameworkInfoSchema, { user: "u", name: "n", hostname: "h", failoverTimeout: 5 });
  const after = replaceFields(before, { name: "m", hostname: undefined });
  assert.deepEqual([after.user, after.name, after.failoverTimeout], ["u", "m", 5]);
  assert.equal(Object.hasOwn(after, "hostname"), false);
  assert.deepEqual([before.name, before.hostname], ["n", "h"]);
});

test("keeps the defaults of unset fields", () => {
  const message = replaceFields(create(FrameworkInfoSchema, { user: "u", name: "n" }), { name: "m" });
  assert.equal(message.role, "*");
  assert.equal(Object.hasOwn(message, "role"), false);
});

test("shares what does not change", () => {
  const before = create(FrameworkInfoSchema, { user: "u", name: "n", labels: { labels: [{ key: "k" }] } });
  assert.equal(replaceFields(before, { name: "m" }).labels, before.labels);
});
