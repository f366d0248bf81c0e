import assert from "node:assert/strict";
import { test } from "node:test";
import { parseResources, Resources } from "@fairlead/mesos-api";
import type { Machine } from "./machine.ts";
import { completeResources } from "./resources.ts";

const GB = 1024 ** 3;
const machine: Machine = { cpus: 8, memBytes: 16 * GB, diskBytes: 100 * GB };

function complete(given: string, on: Machine = machine): Resources {
  return Resources.of(completeResources(parseResources(given, { defaultRole: "*" }), on, "*"));
}

test("what the machine has, less what it keeps for itself", () => {
  const resources = complete("");
  assert.equal(resources.scalar("cpus"), 8);
  assert.equal(resources.scalar("mem"), 15 * 1024);
  assert.equal(resources.scalar("disk"), 95 * 1024);
  assert.deepEqual(resources.ranges("ports"), [{ begin: 31000n, end: 32000n }]);
});

test("a small machine keeps half", () => {
  const resources = complete("", { cpus: 1, memBytes: 1 * GB + 1, diskBytes: 8 * GB });
  assert.equal(resources.scalar("mem"), 512);
  assert.equal(resources.scalar("disk"), 4 * 1024);
});

test("what is given stays, also if it is less, for a role, or several entries", () => {
  const resources = complete("cpus:0.5;mem(web):100;mem:200;ports:[1-2]");
  assert.equal(resources.scalar("cpus"), 0.5);
  assert.equal(resources.scalar("mem"), 300);
  assert.deepEqual(resources.ranges("ports"), [{ begin: 1n, end: 2n }]);
  assert.equal(resources.scalar("disk"), 95 * 1024);
});

test("what is found belongs to the default role", () => {
  const resources = Resources.of(completeResources([], machine, "web"));
  assert.deepEqual([...resources.reservations().keys()], ["web"]);
  assert.ok(resources.unreserved().isEmpty);
});
