import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { refused, told } from "./wire/refusal.ts";
import { scalar, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

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
