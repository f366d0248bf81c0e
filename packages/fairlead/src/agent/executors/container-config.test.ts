import assert from "node:assert/strict";
import { test } from "node:test";
import { parseContainerId } from "@fairlead/mesos-api";
import { fromAnnotations } from "../checkpoint/annotations.ts";
import { aFramework, aTask } from "../testing/fixtures.ts";
import { commandContainer, taskUser } from "./container-config.ts";
import { commandExecutorInfo } from "./executor-info.ts";

function containerOf(task: ReturnType<typeof aTask>) {
  const framework = aFramework();
  return commandContainer({
    framework,
    executor: commandExecutorInfo(framework, task),
    task,
    containerId: parseContainerId("c"),
    sandbox: "/sandbox",
    user: "alice",
    environment: { A: "b" },
  });
}

test("limits have the executor's share on top; infinity stays", () => {
  const { limits } = containerOf(
    aTask("t", { limits: { cpus: { value: 2 }, mem: { value: Number.POSITIVE_INFINITY } } }),
  );
  assert.deepEqual(limits, { cpus: 2.1, mem: Number.POSITIVE_INFINITY });
});

test("what a lost checkpoint is rebuilt from goes along, without the task's data", () => {
  const { annotations } = containerOf(aTask("t", { data: new Uint8Array(1000) }));
  const run = fromAnnotations(annotations);
  assert.equal(run?.framework.id?.value, "M-0000");
  assert.equal(run?.executor.executorId?.value, "t");
  assert.equal(run?.task.name, "t");
  assert.equal(run?.task.data.length, 0);
});

test("other annotations are none of the agent's", () => {
  assert.equal(fromAnnotations(undefined), undefined);
  assert.equal(fromAnnotations({}), undefined);
  const { annotations } = containerOf(aTask("t"));
  assert.equal(fromAnnotations({ ...annotations, "fairlead.task": "////" }), undefined);
});

test("the user: the command's, else the framework's, else the agent's own", () => {
  const own = aTask("t", { command: { value: "id", user: "bob" } });
  assert.equal(taskUser(aFramework(), own, true), "bob");
  assert.equal(taskUser(aFramework(), aTask("t"), true), "alice");
  assert.equal(taskUser(aFramework(), own, false), undefined);
});
