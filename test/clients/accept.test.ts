import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { getJson } from "./wire/ask.ts";
import { ENCODINGS } from "./wire/encoding.ts";
import type { Offer, TaskStatus } from "./wire/messages.ts";
import { ports, scalar, task, WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const NOT_PARTITION_AWARE = [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }];

function launch(...tasks: object[]): object {
  return { type: "LAUNCH", launch: { task_infos: tasks } };
}

/** What a client that debugs its framework reads in an update of the master. */
function told({ state, source, reason, message, uuid }: TaskStatus): object {
  return { state, source, reason, message, acknowledge: uuid !== undefined };
}

function refused(message: string | undefined, reason = "REASON_TASK_INVALID", state = "TASK_ERROR"): object {
  return { state, source: "SOURCE_MASTER", reason, message, acknowledge: false };
}

test("ACCEPT of offers that are not valid", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal("--agents=2");

  for (const encoding of ENCODINGS) {
    for (const [what, state, capabilities] of [
      ["TASK_DROPPED", "TASK_DROPPED", undefined],
      ["TASK_LOST without PARTITION_AWARE", "TASK_LOST", NOT_PARTITION_AWARE],
    ] as const) {
      await t.test(`an offer that is no longer valid: ${what} (${encoding})`, async () => {
        await using framework = await WireFramework.subscribe({
          encoding,
          info: capabilities === undefined ? {} : { capabilities },
        });
        const offer = await framework.offer();
        await framework.decline(offer);
        await framework.accept([offer], [launch(task("a", "true")(offer), task("b", "true")(offer))]);
        for (const id of ["a", "b"]) {
          const message = `Task launched with invalid offers: Offer ${offer.id.value} is no longer valid`;
          const update = await framework.until(id, () => framework.updates.find((u) => u.task_id.value === id));
          assert.deepEqual(told(update), refused(message, "REASON_INVALID_OFFERS", state));
          assert.equal(update.agent_id?.value, offer.agent_id.value);
        }
      });
    }
  }

  const cases: readonly (readonly [
    string,
    (offers: readonly Offer[]) => readonly Offer[],
    (offers: readonly Offer[]) => string,
  ])[] = [
    ["no offers", () => [], () => "No offers specified"],
    ["an offer twice", ([a]) => [a!, a!], ([a]) => `Duplicate offer ${a!.id.value} in offer list`],
    [
      "offers of two agents",
      ([a, b]) => [a!, b!],
      ([a, b]) =>
        `Aggregated offers must belong to one single agent. Offer ${b!.id.value} uses agent ${b!.agent_id.value} and agent ${a!.agent_id.value}`,
    ],
  ];
  for (const [what, accepted, message] of cases) {
    await t.test(`${what}: TASK_DROPPED, and what is valid of them comes back`, async () => {
      await using framework = await WireFramework.subscribe();
      const offers = await framework.until("two offers", () => framework.offers.length === 2 && [...framework.offers]);
      const chosen = accepted(offers);
      await framework.accept(chosen, [launch(task("x", "true")(offers[0]!))]);
      const update = await framework.until("the update", () => framework.updates[0]);
      assert.deepEqual(
        told(update),
        refused(`Task launched with invalid offers: ${message(offers)}`, "REASON_INVALID_OFFERS", "TASK_DROPPED"),
      );
      await framework.until("offers of both agents", () => framework.offers.length === 2);
    });
  }

  await t.test("offers of another framework", async () => {
    await using owner = await WireFramework.subscribe();
    const offer = await owner.offer();
    await using thief = await WireFramework.subscribe();
    await thief.accept([offer], [launch(task("stolen", "true")(offer))]);
    const update = await thief.until("the update", () => thief.updates[0]);
    assert.equal(
      update.message,
      `Task launched with invalid offers: Offer ${offer.id.value} has invalid framework ${owner.id} while framework ${thief.id} is expected`,
    );
    await owner.launch(task("mine", "true"));
    await owner.update("mine", "TASK_FINISHED");
  });

  await t.test("an operation with an id is OPERATION_ERROR then", async () => {
    await using framework = await WireFramework.subscribe();
    const offer = await framework.offer();
    await framework.decline(offer);
    await framework.accept([offer], [{ type: "UNRESERVE", id: { value: "op" }, unreserve: { resources: [] } }]);
    const event = await framework.until("the update", () =>
      framework.events.find(({ type }) => type === "UPDATE_OPERATION_STATUS"),
    );
    const { status } = (event as unknown as { update_operation_status: { status: Record<string, unknown> } })
      .update_operation_status;
    assert.deepEqual([status.operation_id, status.state, status.uuid], [{ value: "op" }, "OPERATION_ERROR", undefined]);
    assert.match(String(status.message), /is no longer valid/);
  });
});

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
      assert.deepEqual(told(update), refused("Resource 'cpus:-1' is invalid: Invalid scalar resource: value < 0"));
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

test("LAUNCH_GROUP", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();
  const executor = {
    type: "DEFAULT",
    executor_id: { value: "pod" },
    resources: [scalar("cpus", 0.1), scalar("mem", 32), scalar("disk", 10)],
  };
  const group = (framework: WireFramework, more: object, ...tasks: object[]) => ({
    type: "LAUNCH_GROUP",
    launch_group: { executor: { ...executor, framework_id: { value: framework.id }, ...more }, task_group: { tasks } },
  });

  for (const [what, more, one, message] of [
    ["where no agent can run it", {}, {}, /^Agent \S+-S0 does not support task groups$/],
    ["without a type of its executor", { type: null }, {}, "'ExecutorInfo.type' must be set"],
    [
      "with too little memory for its executor",
      { resources: [scalar("cpus", 1)] },
      {},
      /^Executor 'pod' uses less memory/,
    ],
    [
      "with a task on Docker",
      {},
      { container: { type: "DOCKER", docker: { image: "a" } } },
      "Task 'two' is invalid: Docker ContainerInfo is not supported on the task",
    ],
    ["with the same id twice", {}, { task_id: { value: "one" } }, "Task 'one' is invalid: Task has duplicate ID: one"],
  ] as const) {
    await t.test(`${what}: TASK_ERROR for each of its tasks`, async () => {
      await using framework = await WireFramework.subscribe();
      const offer = await framework.offer();
      await framework.accept(
        [offer],
        [group(framework, more, task("one", "true")(offer), task("two", "true", one)(offer))],
      );
      const updates = await framework.until("both updates", () => framework.updates.length === 2 && framework.updates);
      for (const update of updates) {
        if (typeof message === "string") assert.equal(update.message, message);
        else assert.match(update.message ?? "", message);
        assert.deepEqual(told(update), refused(update.message, "REASON_TASK_GROUP_INVALID"));
      }
    });
  }
});
