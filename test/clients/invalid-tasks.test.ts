import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { getJson } from "./wire/ask.ts";
import type { Offer } from "./wire/messages.ts";
import { refused, told } from "./wire/refusal.ts";
import { launchOperation as launch, ports, scalar, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

test("ACCEPT of tasks that are not valid", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();

  const cases: readonly (readonly [string, (offer: Offer) => object, string | RegExp])[] = [
    [
      "too many cpus",
      task("t", "true", { resources: [scalar("cpus", 9), scalar("mem", 32)] }),
      /^Total resources cpus.*:9; mem.*:32 required by task and its executor is more than available cpus/,
    ],
    [
      "ports that were not offered",
      task("t", "true", { resources: [scalar("cpus", 1), scalar("mem", 32), ports(80, 80)] }),
      /^Total resources .*ports.*:\[80-80\] required by task and its executor is more than available /,
    ],
    ["no resources", task("t", "true", { resources: [] }), "Task uses no resources"],
    [
      "another agent",
      task("t", "true", { agent_id: { value: "other" } }),
      /^Task uses invalid agent other while agent \S+-S0 is expected$/,
    ],
    [
      "neither command nor executor",
      task("t", "true", { command: null }),
      "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present",
    ],
    [
      "both of them",
      task("t", "true", { executor: { type: "CUSTOM", executor_id: { value: "e" }, command: { value: "true" } } }),
      "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present",
    ],
    [
      "a grace period below zero",
      task("t", "true", { kill_policy: { grace_period: { nanoseconds: -1 } } }),
      "Task's 'kill_policy.grace_period' must be non-negative",
    ],
    [
      "a limit below the request",
      task("t", "true", { limits: { cpus: { value: 0.05 } } }),
      "The cpu limit must be greater than or equal to the cpu request",
    ],
    [
      "a limit of something else",
      task("t", "true", { limits: { disk: { value: 5 } } }),
      "Only cpus and mem may be included in a task's resource limits",
    ],
    [
      "DOCKER without docker",
      task("t", "true", { container: { type: "DOCKER" } }),
      "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo",
    ],
    [
      "share_cgroups outside of a group",
      task("t", "true", { container: { type: "MESOS", linux_info: { share_cgroups: false } } }),
      "Only tasks in a task group may have 'share_cgroups' set to 'false'",
    ],
    [
      "a volume without source",
      task("t", "true", { container: { type: "MESOS", volumes: [{ mode: "RW", container_path: "x" }] } }),
      /^Task's `ContainerInfo` is invalid: Invalid volume: Only one of them should be set/,
    ],
    // what no agent can run yet, in a text that says which and what
    [
      "a custom executor",
      task("t", "true", { command: null, executor: { executor_id: { value: "e" }, command: { value: "true" } } }),
      /^Agent \S+-S0 does not support custom executors$/,
    ],
    [
      "a DOCKER container",
      task("t", "true", { container: { type: "DOCKER", docker: { image: "alpine" } } }),
      /^Agent \S+-S0 does not support containers of type DOCKER$/,
    ],
    [
      "an image",
      task("t", "true", {
        container: { type: "MESOS", mesos: { image: { type: "DOCKER", docker: { name: "alpine" } } } },
      }),
      /^Agent \S+-S0 does not support container images$/,
    ],
    [
      "URIs",
      task("t", "true", { command: { value: "true", uris: [{ value: "http://localhost/x" }] } }),
      /^Agent \S+-S0 does not support commands with URIs to fetch$/,
    ],
    [
      "a health check",
      task("t", "true", { health_check: { type: "COMMAND", command: { value: "true" } } }),
      /^Agent \S+-S0 does not support checks and health checks$/,
    ],
    [
      "volumes",
      task("t", "true", {
        container: { type: "MESOS", volumes: [{ mode: "RW", container_path: "x", host_path: "/tmp" }] },
      }),
      /^Agent \S+-S0 does not support volumes$/,
    ],
  ];
  for (const [what, invalid, message] of cases) {
    await t.test(`${what}: TASK_ERROR, and the other tasks go on`, async () => {
      await using framework = await WireFramework.subscribe();
      await framework.launch(task("before", "true"), invalid, task("after", "true"));
      const update = await framework.until("the refusal", () =>
        framework.updates.find(({ task_id }) => task_id.value === "t"),
      );
      if (typeof message === "string") assert.equal(update.message, message);
      else assert.match(update.message ?? "", message);
      assert.deepEqual(told(update), refused(update.message));
      for (const id of ["before", "after"]) await framework.update(id, "TASK_FINISHED");
      // it never was: no other update, no place in the state
      assert.equal(framework.updates.filter(({ task_id }) => task_id.value === "t").length, 1);
      const { tasks } = await getJson<{ tasks: { id: string }[] }>(`/tasks?framework_id=${framework.id}`);
      assert.deepEqual(tasks.map(({ id }) => id).toSorted(), ["after", "before"]);
    });
  }

  for (const [id, message] of [
    ["", "ID must not be empty"],
    [".", "'.' is disallowed"],
    ["..", "'..' is disallowed"],
    ["a/b", "'a/b' contains invalid characters"],
    ["a\\b", "'a\\b' contains invalid characters"],
    ["a\u0000b", /contains invalid characters$/],
    ["a\nb", "'a\nb' contains invalid characters"],
    ["x".repeat(256), "ID must not be greater than 255 characters"],
  ] as const) {
    await t.test(`the task id ${JSON.stringify(id.slice(0, 9))}`, async () => {
      await using framework = await WireFramework.subscribe();
      await framework.launch(task(id, "true"));
      const update = await framework.until("the refusal", () => framework.updates[0]);
      assert.deepEqual(told(update), refused(update.message));
      if (typeof message === "string") assert.equal(update.message, message);
      else assert.match(update.message ?? "", message);
    });
  }

  await t.test("a task id that is in use", async () => {
    await using framework = await WireFramework.subscribe();
    await framework.launch(task("twin", "sleep 1000"), task("twin", "true"));
    const update = await framework.until("the refusal", () =>
      framework.updates.find(({ state }) => state === "TASK_ERROR"),
    );
    assert.deepEqual(told(update), refused("Task has duplicate ID: twin"));
    // the first one is not touched by it
    await framework.until("the first", () => framework.updates.find(({ state }) => state === "TASK_RUNNING"));
  });

  await t.test("an amount that is none spoils the whole operation", async () => {
    await using framework = await WireFramework.subscribe();
    await framework.launch(task("good", "true"), task("bad", "true", { resources: [scalar("cpus", -1)] }));
    const updates = await framework.until("both refusals", () => framework.updates.length === 2 && framework.updates);
    for (const update of updates) {
      assert.deepEqual(told(update), refused("Resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0"));
    }
  });

  await t.test("an id of the operation", async () => {
    await using framework = await WireFramework.subscribe();
    const offer = await framework.offer();
    await framework.accept([offer], [{ ...launch(task("t", "true")(offer)), id: { value: "op" } }]);
    const update = await framework.until("the refusal", () => framework.updates[0]);
    assert.deepEqual(told(update), refused("The `id` field cannot be set on LAUNCH operations"));
  });

  await t.test("an offer is used up also where every task of it is refused; what is left comes back", async () => {
    await using framework = await WireFramework.subscribe();
    const offer = await framework.launch(task("t", "true", { resources: [] }));
    assert.equal((await framework.until("the refusal", () => framework.updates[0])).state, "TASK_ERROR");
    const next = await framework.offer();
    assert.notEqual(next.id.value, offer.id.value);
    assert.deepEqual(next.resources, offer.resources);
    await framework.accept([offer], [launch(task("late", "true")(offer))]);
    const late = await framework.until("the second", () => framework.updates[1]);
    assert.equal(late.reason, "REASON_INVALID_OFFERS");
  });

  await t.test("tasks of several operations share the offer in their order", async () => {
    await using framework = await WireFramework.subscribe();
    const offer = await framework.offer();
    const big = (id: string) => task(id, "sleep 1000", { resources: [scalar("cpus", 5), scalar("mem", 32)] })(offer);
    await framework.accept([offer], [launch(big("first")), launch(big("second"))]);
    const update = await framework.until("the refusal", () =>
      framework.updates.find(({ task_id }) => task_id.value === "second"),
    );
    assert.match(update.message ?? "", /more than available cpus.*:3;/);
    await framework.update("first", "TASK_RUNNING");
  });

  await t.test("resources of tasks may have their allocation or not", async () => {
    await using framework = await WireFramework.subscribe();
    const allocated = (name: string, value: number) => ({ ...scalar(name, value), allocation_info: { role: "*" } });
    await framework.launch(
      task("without", "true"),
      task("with", "true", { resources: [allocated("cpus", 0.1), allocated("mem", 32)] }),
    );
    for (const id of ["without", "with"]) await framework.update(id, "TASK_FINISHED");
  });
});
