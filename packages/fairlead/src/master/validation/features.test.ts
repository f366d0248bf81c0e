import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentId,
  ContainerInfo_Type,
  create,
  ExecutorInfoSchema,
  internal,
  type MessageInitShape,
  TaskGroupInfoSchema,
  TaskInfoSchema,
  Volume_Mode,
} from "@fairlead/mesos-api";
import { missingFeature, missingFeatureForGroup } from "./features.ts";

const { Feature } = internal;
type Init = Partial<MessageInitShape<typeof TaskInfoSchema>>;

function task(init: Init) {
  return create(TaskInfoSchema, { name: "t", command: { value: "true" }, ...init } as MessageInitShape<
    typeof TaskInfoSchema
  >);
}

const BY_EXECUTOR = { command: undefined, executor: { executorId: { value: "e" }, command: { value: "x" } } };
const VOLUME = { mode: Volume_Mode.RW, containerPath: "/d", hostPath: "/h" };

for (const [name, init, feature, expected] of [
  ["a command", {}, Feature.COMMAND_TASKS, "Agent S0 does not support tasks with a command"],
  ["a custom executor", BY_EXECUTOR, Feature.CUSTOM_EXECUTORS, "Agent S0 does not support custom executors"],
  [
    "a DOCKER container",
    { container: { type: ContainerInfo_Type.DOCKER, docker: { image: "i" } } },
    Feature.DOCKER_CONTAINERS,
    "Agent S0 does not support containers of type DOCKER",
  ],
  [
    "an image",
    { container: { type: ContainerInfo_Type.MESOS, mesos: { image: { type: 2 } } } },
    Feature.CONTAINER_IMAGES,
    "Agent S0 does not support container images",
  ],
  [
    "volumes",
    { container: { type: ContainerInfo_Type.MESOS, volumes: [VOLUME] } },
    Feature.VOLUMES,
    "Agent S0 does not support volumes",
  ],
  ["a check", { check: {} }, Feature.CHECKS, "Agent S0 does not support checks and health checks"],
  ["a health check", { healthCheck: {} }, Feature.CHECKS, "Agent S0 does not support checks and health checks"],
  [
    "URIs",
    { command: { uris: [{ value: "http://x" }] } },
    Feature.URIS,
    "Agent S0 does not support commands with URIs to fetch",
  ],
  [
    "URIs of an executor",
    { ...BY_EXECUTOR, executor: { ...BY_EXECUTOR.executor, command: { uris: [{ value: "http://x" }] } } },
    Feature.URIS,
    "Agent S0 does not support commands with URIs to fetch",
  ],
] as [string, Init, internal.Feature, string][]) {
  test(`a task with ${name} needs an agent that can run it`, () => {
    const all = Object.values(Feature).filter((value): value is internal.Feature => typeof value === "number");
    const able = { id: "S0" as AgentId, features: new Set(all) };
    const unable = { id: "S0" as AgentId, features: new Set(all.filter((one) => one !== feature)) };
    assert.equal(missingFeature(task(init), able), undefined);
    assert.equal(missingFeature(task(init), unable), expected);
  });
}

test("a group needs an agent that can run groups, and what its tasks need", () => {
  const executor = create(ExecutorInfoSchema, { executorId: { value: "e" } });
  const group = create(TaskGroupInfoSchema, { tasks: [task({ check: {} })] });
  const missing = (...features: internal.Feature[]) =>
    missingFeatureForGroup(group, executor, { id: "S0" as AgentId, features: new Set(features) });
  assert.equal(missing(), "Agent S0 does not support task groups");
  assert.equal(missing(Feature.TASK_GROUPS), "Agent S0 does not support checks and health checks");
  assert.equal(missing(Feature.TASK_GROUPS, Feature.CHECKS), undefined);
});
