import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentId,
  AgentInfo_Capability_Type,
  AgentInfo_CapabilitySchema,
  create,
  type ExecutorId,
  type ExecutorInfo,
  ExecutorInfo_Type,
  ExecutorInfoSchema,
  type FrameworkId,
  type MessageInitShape,
  parseResources,
  type Resource,
  Resource_RevocableInfoSchema,
  Resources,
  type Task,
  type TaskId,
  TaskInfoSchema,
  TaskSchema,
  TaskState,
} from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";
import type { LaunchTarget } from "./launch-target.ts";
import { validateTask } from "./task.ts";

type Init = Partial<MessageInitShape<typeof TaskInfoSchema>>;

const AGENT = "S0" as AgentId;
const FRAMEWORK = "f1" as FrameworkId;
const LIMITS = create(AgentInfo_CapabilitySchema, { type: AgentInfo_Capability_Type.TASK_RESOURCE_LIMITS });

function of(text: string, role = "web"): Resource[] {
  return Resources.of(parseResources(text)).allocate(role).toArray();
}

const RUNNING = create(TaskSchema, { name: "t", taskId: { value: "running" }, state: TaskState.TASK_RUNNING });

function executor(init: Partial<MessageInitShape<typeof ExecutorInfoSchema>> = {}): ExecutorInfo {
  return create(ExecutorInfoSchema, {
    executorId: { value: "e1" },
    frameworkId: { value: FRAMEWORK },
    command: { value: "run" },
    resources: of("cpus:0.5;mem:32"),
    ...init,
  } as MessageInitShape<typeof ExecutorInfoSchema>);
}

function target(changes: Partial<LaunchTarget> = {}): LaunchTarget {
  const running = executor({ executorId: { value: "running" } });
  return {
    framework: {
      id: FRAMEWORK,
      tasks: new Map<TaskId, Task>([["running" as TaskId, RUNNING]]),
      unreachableTasks: new Map<TaskId, Task>([["lost" as TaskId, RUNNING]]),
      executors: new Map([[AGENT, new Map([["running" as ExecutorId, running]])]]),
    },
    agent: { id: AGENT, capabilities: [LIMITS], features: new Set() },
    available: Resources.of(of("cpus:2;mem:256;ports:[1-10]")),
    ...changes,
  };
}

function task(init: Init = {}) {
  return create(TaskInfoSchema, {
    name: "t",
    taskId: { value: "t1" },
    agentId: { value: AGENT },
    resources: of("cpus:1;mem:128"),
    command: { value: "true" },
    ...init,
  } as MessageInitShape<typeof TaskInfoSchema>);
}

const OTHER = "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";

for (const [name, init, expected, on] of [
  ["a command", {}, undefined],
  ["an executor", { command: undefined, executor: executor() }, undefined],
  ["all that is offered", { resources: of("cpus:2;mem:256;ports:[1-10]") }, undefined],
  ["an empty id", { taskId: { value: "" } }, "ID must not be empty"],
  ["an id with a slash", { taskId: { value: "../x" } }, "'../x' contains invalid characters"],
  ["a used id", { taskId: { value: "running" } }, "Task has duplicate ID: running"],
  ["the id of an unreachable task", { taskId: { value: "lost" } }, "Task reuses the ID of an unreachable task: lost"],
  ["another agent", { agentId: { value: "S9" } }, "Task uses invalid agent S9 while agent S0 is expected"],
  [
    "a negative grace period",
    { killPolicy: { gracePeriod: { nanoseconds: -1n } } },
    "Task's 'kill_policy.grace_period' must be non-negative",
  ],
  [
    "a negative completion time",
    { maxCompletionTime: { nanoseconds: -1n } },
    "Task's `max_completion_time` must be non-negative",
  ],
  ["a bad check", { check: {} }, "Task uses invalid check: CheckInfo must specify 'type'"],
  ["a bad health check", { healthCheck: {} }, "Task uses invalid health check: HealthCheck must specify 'type'"],
  ["no resources", { resources: [] }, "Task uses no resources"],
  [
    "fractions of GPUs",
    { resources: of("gpus:0.5") },
    "Task uses invalid resources: Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer",
  ],
  [
    "resources of nobody",
    { resources: parseResources("cpus:1") },
    "Invalid task resources: The resources are not allocated to a role",
  ],
  [
    "resources of two roles",
    { resources: [...of("cpus:1"), ...of("mem:1", "db")] },
    "Invalid task resources: The resources have multiple allocation roles ('db' and 'web') but only one allocation role is allowed",
  ],
  [
    "a bad environment",
    { command: { environment: { variables: [{ name: "V" }] } } },
    "Task's `CommandInfo` is invalid: Environment variable 'V' of type 'VALUE' must have a value set",
  ],
  [
    "a bad container",
    { container: { type: 1 } },
    "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo",
  ],
  [
    "limits above its resources",
    { limits: { cpus: { value: 2 }, mem: { value: Number.POSITIVE_INFINITY } } },
    undefined,
  ],
  [
    "limits on an agent that does not know them",
    { limits: { cpus: { value: 2 } } },
    "Agent is not capable of handling task resource limits",
    { agent: { id: AGENT, capabilities: [], features: new Set() } },
  ],
  [
    "a limit of disk",
    { limits: { disk: { value: 2 } } },
    "Only cpus and mem may be included in a task's resource limits",
  ],
  [
    "a limit of cpus without cpus",
    { limits: { cpus: { value: 2 } }, resources: of("mem:1") },
    "When a CPU limit is specified, a CPU request must also be specified",
  ],
  [
    "a limit of cpus below",
    { limits: { cpus: { value: 0.5 } } },
    "The cpu limit must be greater than or equal to the cpu request",
  ],
  [
    "a limit of mem without mem",
    { limits: { mem: { value: 2 } }, resources: of("cpus:1") },
    "When a memory limit is specified, a memory request must also be specified",
  ],
  [
    "a limit of mem below",
    { limits: { mem: { value: 5 } } },
    "The memory limit must be greater than or equal to the memory request",
  ],
  ["neither command nor executor", { command: undefined }, OTHER],
  ["command and executor", { executor: executor() }, OTHER],
  [
    "a default executor",
    { command: undefined, executor: executor({ type: ExecutorInfo_Type.DEFAULT, command: undefined }) },
    "'ExecutorInfo.type' must be 'CUSTOM'",
  ],
  [
    "an executor without a command",
    { command: undefined, executor: executor({ command: undefined }) },
    "'ExecutorInfo.command' must be set",
  ],
  [
    "a custom executor without a command",
    { command: undefined, executor: executor({ type: ExecutorInfo_Type.CUSTOM, command: undefined }) },
    "'ExecutorInfo.command' must be set for 'CUSTOM' executor",
  ],
  [
    "an executor of another framework",
    { command: undefined, executor: executor({ frameworkId: { value: "f2" } }) },
    "ExecutorInfo has an invalid FrameworkID (Actual: f2 vs Expected: f1)",
  ],
  [
    "an executor of no framework",
    { command: undefined, executor: executor({ frameworkId: undefined }) },
    "'ExecutorInfo.framework_id' must be set",
  ],
  [
    "an executor with a bad id",
    { command: undefined, executor: executor({ executorId: { value: ".." } }) },
    "'..' is disallowed",
  ],
  [
    "an executor that is in a hurry",
    { command: undefined, executor: executor({ shutdownGracePeriod: { nanoseconds: -1n } }) },
    "ExecutorInfo's 'shutdown_grace_period' must be non-negative",
  ],
  [
    "an executor that shares cgroups",
    { command: undefined, executor: executor({ container: { type: 2, linuxInfo: { shareCgroups: true } } }) },
    "The 'share_cgroups' field cannot be set to 'true' on executor containers",
  ],
  [
    "the executor that runs",
    {
      command: undefined,
      executor: executor({ executorId: { value: "running" } }),
      resources: of("cpus:2;mem:256"),
    },
    undefined,
  ],
  [
    "more than is offered",
    { resources: of("cpus:3") },
    "Total resources cpus(allocated: web):3 required by task and its executor is more than available cpus(allocated: web):2; mem(allocated: web):256; ports(allocated: web):[1-10]",
  ],
  [
    "more than is offered with its executor",
    { command: undefined, executor: executor(), resources: of("cpus:2") },
    "Total resources cpus(allocated: web):2.5; mem(allocated: web):32 required by task and its executor is more than available cpus(allocated: web):2; mem(allocated: web):256; ports(allocated: web):[1-10]",
  ],
  [
    "cgroups of its own",
    { container: { type: 2, linuxInfo: { shareCgroups: false } } },
    "Only tasks in a task group may have 'share_cgroups' set to 'false'",
  ],
] as [string, Init, string | undefined, Partial<LaunchTarget>?][]) {
  test(`a task with ${name}: ${expected ?? "valid"}`, () => {
    assert.equal(validateTask(task(init), target(on)), expected);
  });
}

test("ports of task and executor must not overlap", () => {
  const given = task({
    command: undefined,
    executor: executor({ resources: of("cpus:0.1;ports:[3-5]") }),
    resources: of("cpus:1;ports:[1-3]"),
  });
  assert.match(String(validateTask(given, target())), /^There are overlapping resources in the task resources \[\{/);
});

test("an executor that differs from the running one is not compatible", () => {
  const changed = executor({ executorId: { value: "running" }, command: { value: "other" } });
  const error = String(validateTask(task({ command: undefined, executor: changed }), target()));
  assert.match(
    error,
    /^ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID\.\n-+\nExisting/,
  );
});

test("revocable and firm resources of a name do not mix", () => {
  const [cpus] = of("cpus:1");
  const revocable = replaceFields(cpus!, { revocable: create(Resource_RevocableInfoSchema) });
  assert.equal(
    validateTask(task({ resources: [cpus!, revocable] }), target()),
    "Task mixes revocable and non-revocable resources: Cannot use both revocable and non-revocable 'cpus' at the same time",
  );
});
