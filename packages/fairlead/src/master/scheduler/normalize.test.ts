import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  ExecutorInfoSchema,
  type FrameworkId,
  HealthCheck_Type,
  parseResources,
  TaskInfoSchema,
} from "@fairlead/mesos-api";
import { normalizeGroupTask, normalizeTask } from "./normalize.ts";

const FRAMEWORK = "f1" as FrameworkId;

test("fills in the allocation, the framework of executors, the refined format", () => {
  const task = create(TaskInfoSchema, {
    name: "t",
    resources: parseResources("cpus(web):1"),
    executor: { executorId: { value: "e" }, resources: parseResources("mem:1") },
  });
  const normal = normalizeTask(task, FRAMEWORK, "web");
  assert.equal(normal.resources[0]?.allocationInfo?.role, "web");
  assert.equal(normal.resources[0]?.reservations[0]?.role, "web");
  assert.equal(normal.executor?.frameworkId?.value, "f1");
  assert.equal(normal.executor?.resources[0]?.allocationInfo?.role, "web");
  assert.equal(task.executor?.frameworkId, undefined);
});

test("keeps what the framework said itself", () => {
  const resources = parseResources("cpus:1").map((resource) =>
    Object.assign(resource, { allocationInfo: { role: "db" } }),
  );
  const task = create(TaskInfoSchema, { name: "t", resources: resources as never });
  assert.equal(normalizeTask(task, FRAMEWORK, "web").resources[0]?.allocationInfo?.role, "db");
});

for (const [name, check, expected] of [
  ["a command", { command: { value: "true" } }, HealthCheck_Type.COMMAND],
  ["HTTP", { http: { port: 1 } }, HealthCheck_Type.HTTP],
] as const) {
  test(`a health check without a type that has ${name} gets that type`, () => {
    const task = create(TaskInfoSchema, { name: "t", healthCheck: check });
    assert.equal(normalizeTask(task, FRAMEWORK, "web").healthCheck?.type, expected);
  });
}

test("a health check that could be both keeps none", () => {
  const task = create(TaskInfoSchema, { name: "t", healthCheck: { command: {}, http: { port: 1 } } });
  assert.equal(Object.hasOwn(normalizeTask(task, FRAMEWORK, "web").healthCheck!, "type"), false);
});

test("tasks of a group get its executor", () => {
  const executor = create(ExecutorInfoSchema, { executorId: { value: "e" } });
  assert.equal(normalizeGroupTask(create(TaskInfoSchema, { name: "t" }), executor, "web").executor, executor);
});
