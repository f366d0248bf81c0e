import assert from "node:assert/strict";
import { test } from "node:test";
import { create, internal, type MessageInitShape, parseResources, TaskState } from "@fairlead/mesos-api";
import { isCompletedTask, validateRegistration } from "./registration.ts";

const { AgentCall_RegisterSchema } = internal;
type Init = Partial<MessageInitShape<typeof AgentCall_RegisterSchema>>;

const INFO = { hostname: "a1", id: { value: "S0" } };
const FRAMEWORK = { user: "u", name: "n", id: { value: "f1" } };
const EXECUTOR = { executorId: { value: "e1" }, frameworkId: { value: "f1" } };
const TASK = {
  name: "t",
  taskId: { value: "t1" },
  frameworkId: { value: "f1" },
  agentId: { value: "S0" },
  state: TaskState.TASK_RUNNING,
};

function register(init: Init) {
  return create(AgentCall_RegisterSchema, {
    protocolVersion: 1,
    agentInfo: INFO,
    pid: "slave(1)@10.0.0.1:5051",
    frameworks: [FRAMEWORK],
    ...init,
  } as MessageInitShape<typeof AgentCall_RegisterSchema>);
}

for (const [name, init, expected] of [
  ["nothing special", {}, undefined],
  ["an IPv6 address", { pid: "slave(1)@[fd00::1]:5051" }, undefined],
  ["an executor and a task", { executors: [EXECUTOR], tasks: [TASK] }, undefined],
  ["a newer protocol", { protocolVersion: 2 }, "Unknown protocol version 2: this master speaks version 1"],
  ["no protocol", { protocolVersion: undefined }, "Unknown protocol version 0: this master speaks version 1"],
  ["no agent", { agentInfo: undefined }, "Expecting 'agent_info' to be present"],
  ["a bad pid", { pid: "agent" }, "Agent has an invalid pid 'agent'"],
  [
    "a bad host name",
    { agentInfo: { hostname: "a\nb" } },
    "Agent has an invalid hostname: 'a\nb' contains invalid characters",
  ],
  [
    "a bad id",
    { agentInfo: { hostname: "a", id: { value: "a/b" } } },
    "Agent has an invalid AgentID: 'a/b' contains invalid characters",
  ],
  ["a framework twice", { frameworks: [FRAMEWORK, FRAMEWORK] }, "Framework has a duplicate FrameworkID: 'f1'"],
  [
    "a framework without an id",
    { frameworks: [{ user: "u", name: "n" }] },
    "Framework has an invalid FrameworkID: ID must not be empty",
  ],
  [
    "a framework with a bad role",
    { frameworks: [{ ...FRAMEWORK, role: "/" }] },
    "Framework 'f1' is invalid: 'FrameworkInfo.role' is not a valid role: Role '/' cannot start with a slash",
  ],
  [
    "an executor of nobody",
    { executors: [{ ...EXECUTOR, frameworkId: { value: "f9" } }] },
    "Executor has an invalid FrameworkID 'f9'",
  ],
  ["an executor twice", { executors: [EXECUTOR, EXECUTOR] }, "Framework 'f1' has a duplicate ExecutorID 'e1'"],
  ["a task of nobody", { tasks: [{ ...TASK, frameworkId: { value: "f9" } }] }, "Task has an invalid FrameworkID 'f9'"],
  ["a task of another agent", { tasks: [{ ...TASK, agentId: { value: "S9" } }] }, "Task has an invalid AgentID 'S9'"],
  ["a task twice", { tasks: [TASK, TASK] }, "Framework 'f1' has a duplicate TaskID 't1'"],
  ["a task without a state", { tasks: [{ ...TASK, state: undefined }] }, "Not initialized: tasks[0].state"],
  [
    "a task that it cannot reach",
    { tasks: [{ ...TASK, state: TaskState.TASK_UNREACHABLE }] },
    "Task has an invalid state TASK_UNREACHABLE",
  ],
  ["a task before it has an id", { agentInfo: { hostname: "a" }, tasks: [TASK] }, "Task has an invalid AgentID 'S0'"],
] as [string, Init, string | undefined][]) {
  test(`an agent with ${name}: ${expected ?? "valid"}`, () => {
    assert.equal(validateRegistration(register(init)), expected);
  });
}

test("resources that are not valid are named", () => {
  const [cpus] = parseResources("cpus:1");
  const resources = [{ ...cpus!, scalar: { value: -1 } }];
  assert.match(
    String(validateRegistration(register({ agentInfo: { ...INFO, resources } as Init["agentInfo"] }))),
    /^Resource 'cpus:-1' is invalid: Invalid scalar resource: /,
  );
});

test("completed tasks have to be terminal, and of this agent", () => {
  const [running, finished] = register({ tasks: [TASK, { ...TASK, state: TaskState.TASK_FINISHED }] } as Init).tasks;
  assert.equal(isCompletedTask(running!, "S0"), false);
  assert.equal(isCompletedTask(finished!, "S0"), true);
  assert.equal(isCompletedTask(finished!, "S1"), false);
});
