import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentId,
  AgentInfo_Capability_Type,
  AgentInfo_CapabilitySchema,
  ContainerInfo_Type,
  create,
  type ExecutorInfo,
  ExecutorInfo_Type,
  ExecutorInfoSchema,
  type FrameworkId,
  HealthCheck_Type,
  type MessageInitShape,
  parseResources,
  type Resource,
  Resources,
  TaskGroupInfoSchema,
  TaskInfoSchema,
} from "@fairlead/mesos-api";
import type { LaunchTarget } from "./launch-target.ts";
import { validateTaskGroup } from "./task-group.ts";

const AGENT = "S0" as AgentId;
const FRAMEWORK = "f1" as FrameworkId;

const of = (text: string): Resource[] => Resources.of(parseResources(text)).allocate("web").toArray();

const TARGET: LaunchTarget = {
  framework: { id: FRAMEWORK, tasks: new Map(), unreachableTasks: new Map(), executors: new Map() },
  agent: {
    id: AGENT,
    capabilities: [create(AgentInfo_CapabilitySchema, { type: AgentInfo_Capability_Type.TASK_RESOURCE_LIMITS })],
    features: new Set(),
  },
  available: Resources.of(of("cpus:2;mem:256;disk:100;ports:[1-10]")),
};

type ExecutorInit = Partial<MessageInitShape<typeof ExecutorInfoSchema>>;
type TaskInit = Partial<MessageInitShape<typeof TaskInfoSchema>>;

function executor(init: ExecutorInit = {}): ExecutorInfo {
  return create(ExecutorInfoSchema, {
    type: ExecutorInfo_Type.DEFAULT,
    executorId: { value: "e1" },
    frameworkId: { value: FRAMEWORK },
    resources: of("cpus:0.1;mem:32;disk:10"),
    ...init,
  } as MessageInitShape<typeof ExecutorInfoSchema>);
}

function validate(executorInit: ExecutorInit, ...tasks: TaskInit[]): string | undefined {
  const made = executor(executorInit);
  const group = create(TaskGroupInfoSchema, {
    tasks: (tasks.length === 0 ? [{}] : tasks).map((init, index) =>
      create(TaskInfoSchema, {
        name: "t",
        taskId: { value: `t${index}` },
        agentId: { value: AGENT },
        resources: of("cpus:0.5;mem:64"),
        command: { value: "true" },
        executor: made,
        ...init,
      } as MessageInitShape<typeof TaskInfoSchema>),
    ),
  });
  return validateTaskGroup(group, made, TARGET);
}

const ISOLATED = { type: ContainerInfo_Type.MESOS, linuxInfo: { shareCgroups: false } };

for (const [name, executorInit, tasks, expected] of [
  ["two tasks", {}, [{}, {}], undefined],
  ["a custom executor", { type: ExecutorInfo_Type.CUSTOM, command: { value: "x" } }, [], undefined],
  ["an id twice", {}, [{}, { taskId: { value: "t0" } }], "Task 't0' is invalid: Task has duplicate ID: t0"],
  ["a bad task", {}, [{}, { resources: [] }], "Task 't1' is invalid: Task uses no resources"],
  ["a task without executor", {}, [{ executor: undefined }], "Task 't0' is invalid: 'TaskInfo.executor' must be set"],
  [
    "an HTTP check over a network of the task's own",
    {},
    [
      {
        container: { type: ContainerInfo_Type.MESOS, networkInfos: [{}] },
        healthCheck: { type: HealthCheck_Type.HTTP, http: { port: 1 } },
      },
    ],
    "Task 't0' is invalid: HTTP and TCP health checks are not supported for nested containers not joining parent's network",
  ],
  [
    "a DOCKER task",
    {},
    [{ container: { type: ContainerInfo_Type.DOCKER, docker: { image: "i" } } }],
    "Task 't0' is invalid: Docker ContainerInfo is not supported on the task",
  ],
  [
    "limits with shared cgroups",
    {},
    [{ limits: { cpus: { value: 1 } } }],
    "Task 't0' is invalid: Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'.",
  ],
  ["limits with own cgroups", {}, [{ limits: { cpus: { value: 1 } }, container: ISOLATED }], undefined],
  ["an executor of no type", { type: undefined }, [], "'ExecutorInfo.type' must be set"],
  ["an executor of an unknown type", { type: ExecutorInfo_Type.UNKNOWN }, [], "Unknown executor type"],
  [
    "a default executor with a command",
    { command: {} },
    [],
    "'ExecutorInfo.command' must not be set for 'DEFAULT' executor",
  ],
  [
    "a default executor with an image",
    { container: { type: ContainerInfo_Type.MESOS, mesos: { image: { type: 2 } } } },
    [],
    "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor",
  ],
  [
    "a default executor of type DOCKER",
    { container: { type: ContainerInfo_Type.DOCKER, docker: { image: "i" } } },
    [],
    "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor",
  ],
  [
    "a custom executor of type DOCKER",
    {
      type: ExecutorInfo_Type.CUSTOM,
      command: {},
      container: { type: ContainerInfo_Type.DOCKER, docker: { image: "i" } },
    },
    [],
    "Docker ContainerInfo is not supported on the executor",
  ],
  [
    "a task with another executor",
    {},
    [{ executor: executor({ name: "other" }) }],
    "The `ExecutorInfo` of task 't0' is different from executor 'e1'",
  ],
  [
    "too few cpus",
    { resources: of("cpus:0.001;mem:32;disk:1") },
    [],
    "Executor 'e1' uses less CPUs (0.001) than the minimum required (0.01)",
  ],
  [
    "no cpus",
    { resources: of("mem:32;disk:1") },
    [],
    "Executor 'e1' uses less CPUs (None) than the minimum required (0.01)",
  ],
  [
    "too little memory",
    { resources: of("cpus:1;mem:8;disk:1") },
    [],
    "Executor 'e1' uses less memory (8MB) than the minimum required (32MB)",
  ],
  ["no disk", { resources: of("cpus:1;mem:32") }, [], "Executor 'e1' uses no disk"],
  [
    "cgroups shared by the executor",
    { container: { type: ContainerInfo_Type.MESOS, linuxInfo: { shareCgroups: true } } },
    [],
    "The 'share_cgroups' field cannot be set to 'true' on executor containers",
  ],
  [
    "cgroups shared by some",
    {},
    [{}, { container: ISOLATED }],
    "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor",
  ],
] as [string, ExecutorInit, TaskInit[], string | undefined][]) {
  test(`a group with ${name}: ${expected ?? "valid"}`, () => assert.equal(validate(executorInit, ...tasks), expected));
}

test("a group that needs more than is offered", () => {
  assert.match(
    String(validate({}, { resources: of("cpus:2") })),
    /^Total resources .* required by task group and its executor are more than available cpus\(allocated: web\):2; /,
  );
});

test("ports within a group must not overlap", () => {
  const ports = { resources: of("cpus:0.1;ports:[1-3]") };
  assert.match(
    String(validate({}, ports, ports)),
    /^There are overlapping resources in the task group's task resources/,
  );
});
