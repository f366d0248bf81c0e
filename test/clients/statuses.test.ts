import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { poll } from "../support/poll.ts";
import { executorOf } from "../support/state.ts";
import { Workspace } from "../support/workspace.ts";
import { getJson } from "./wire/ask.ts";
import { ENCODINGS } from "./wire/encoding.ts";
import type { TaskStatus } from "./wire/messages.ts";
import { onNetworks, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const AGENT_IP = "127.0.0.1";
const UUID_BYTES = 16;
const OLD = [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }];

interface MasterState {
  readonly frameworks: readonly {
    readonly id: string;
    readonly tasks: readonly StateTask[];
    readonly completed_tasks: readonly StateTask[];
  }[];
}
interface StateTask {
  readonly id: string;
  readonly state: string;
  readonly statuses: readonly { readonly state: string; readonly container_status?: TaskStatus["container_status"] }[];
}

test("status updates", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.92.0.0/24");
  workspace.bridge("green", "10.93.0.0/24");
  await workspace.startLocal();

  for (const encoding of ENCODINGS) {
    for (const [what, more, expected] of [
      ["no container", {}, [{ protocol: "IPv4", ip_address: AGENT_IP }]],
      ["a container without networks", { container: { type: "MESOS" } }, [{ protocol: "IPv4", ip_address: AGENT_IP }]],
      [
        "a network without name",
        { container: { type: "MESOS", network_infos: [{}] } },
        [{ protocol: "IPv4", ip_address: AGENT_IP }],
      ],
    ] as const) {
      await t.test(`rule 8: TASK_RUNNING has the agent's address where there is ${what} (${encoding})`, async () => {
        await using framework = await WireFramework.subscribe({ encoding });
        await framework.launch(task("host", "sleep 1000", more));
        const { container_status: status } = await framework.update("host", "TASK_RUNNING");
        assert.equal(status?.network_infos?.length, 1);
        assert.deepEqual(status?.network_infos?.[0]?.ip_addresses, expected);
      });
    }

    await t.test(`rule 8: TASK_RUNNING has an entry for each network, in their order (${encoding})`, async () => {
      await using framework = await WireFramework.subscribe({ encoding });
      await framework.launch(task("two", "sleep 1000", onNetworks("green", "blue")));
      const { container_status: status } = await framework.update("two", "TASK_RUNNING");
      const [green, blue, ...others] = status?.network_infos ?? [];
      assert.deepEqual([green?.name, blue?.name, others], ["green", "blue", []]);
      assert.match(green?.ip_addresses?.[0]?.ip_address ?? "", /^10\.93\.0\.\d+$/);
      assert.match(blue?.ip_addresses?.[0]?.ip_address ?? "", /^10\.92\.0\.\d+$/);
    });

    await t.test(
      `rule 20: the first status has the container's id, in the update and in the state (${encoding})`,
      async () => {
        await using framework = await WireFramework.subscribe({ encoding });
        await framework.launch(task("first", "sleep 1000"));
        const first = await framework.update("first");
        assert.equal(first.state, "TASK_STARTING");
        const id = first.container_status?.container_id?.value;
        assert.match(id ?? "", /^[\da-f-]{36}$/);
        await framework.update("first", "TASK_RUNNING");
        const [inState] = await tasksOf(framework);
        assert.deepEqual(
          inState?.statuses.map(({ state, container_status }) => [state, container_status?.container_id]),
          [
            ["TASK_STARTING", { value: id }],
            ["TASK_RUNNING", { value: id }],
          ],
        );
      },
    );
  }

  await t.test("an update of an agent has a uuid, a source, a time, its agent and its executor", async () => {
    await using framework = await WireFramework.subscribe();
    const offer = await framework.launch(task("whole", "true"));
    await framework.update("whole", "TASK_FINISHED");
    assert.deepEqual(
      framework.updates.map(({ state }) => state),
      ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"],
    );
    const uuids = new Set<string>();
    for (const update of framework.updates) {
      uuids.add(update.uuid!);
      assert.equal(Buffer.from(update.uuid!, "base64").length, UUID_BYTES);
      assert.equal(update.source, "SOURCE_EXECUTOR");
      assert.equal(update.agent_id?.value, offer.agent_id.value);
      assert.equal(update.executor_id?.value, "whole");
      // seconds, with parts of them
      assert.ok(Math.abs(update.timestamp! - Date.now() / 1000) < 3600);
    }
    assert.equal(uuids.size, 3);
  });

  await t.test("the next update waits for the acknowledgement of the one before", async () => {
    await using framework = await WireFramework.subscribe({ acknowledge: false });
    await framework.launch(task("held", "true"));
    const starting = await framework.update("held", "TASK_STARTING");
    // its agent knows how it ended, and keeps that to itself
    await poll(async () => {
      const { tasks, completed_tasks: completed } = await executorOf("held");
      return [...tasks, ...completed].some(({ state }) => state === "TASK_FINISHED");
    });
    for (const { uuid } of framework.updates) assert.equal(uuid, starting.uuid);
    await framework.acknowledge(starting);
    const running = await framework.update("held", "TASK_RUNNING");
    await framework.acknowledge(running);
    const finished = await framework.update("held", "TASK_FINISHED");

    const states = async () => {
      const { frameworks } = await getJson<MasterState>("/state");
      const own = frameworks.find(({ id }) => id === framework.id)!;
      return [own.tasks.map(({ id }) => id), own.completed_tasks.map(({ id }) => id)];
    };
    assert.deepEqual(await states(), [["held"], []], "a task that ended stays until that is acknowledged");
    await framework.acknowledge(finished);
    await poll(async () => (await states())[0]?.length === 0);
    assert.deepEqual(await states(), [[], ["held"]]);
    assert.equal(new Set(framework.updates.map(({ uuid }) => uuid)).size, 3);
  });

  await t.test("an acknowledgement that fits nothing changes nothing", async () => {
    await using framework = await WireFramework.subscribe({ acknowledge: false });
    await framework.launch(task("held", "sleep 1000"));
    const starting = await framework.update("held", "TASK_STARTING");
    const other = Buffer.alloc(UUID_BYTES, 7).toString("base64");
    await framework.acknowledge({ ...starting, uuid: other });
    await framework.acknowledge({ ...starting, agent_id: { value: "nobody" } });
    await framework.acknowledge({ ...starting, task_id: { value: "none" } });
    await framework.acknowledge(starting);
    await framework.update("held", "TASK_RUNNING");
    // twice is once
    await framework.acknowledge(starting);
    assert.deepEqual(
      framework.updates.map(({ state }) => state),
      ["TASK_STARTING", "TASK_RUNNING"],
    );
  });

  for (const [command, state, message] of [
    ["exit 0", "TASK_FINISHED", "Command exited with status 0"],
    ["exit 3", "TASK_FAILED", "Command exited with status 3"],
    ["kill -SEGV $$", "TASK_FAILED", "Command terminated with signal Segmentation fault"],
  ] as const) {
    await t.test(`'${command}' is ${state}: ${message}`, async () => {
      await using framework = await WireFramework.subscribe();
      await framework.launch(task("end", command));
      assert.equal((await framework.update("end", state)).message, message);
    });
  }

  await t.test("KILL: TASK_KILLED, after TASK_KILLING for those who know it", async () => {
    for (const capabilities of [OLD, [...OLD, { type: "TASK_KILLING_STATE" }]]) {
      await using framework = await WireFramework.subscribe({ info: { capabilities } });
      await framework.launch(task("victim", "sleep 1000"));
      await framework.update("victim", "TASK_RUNNING");
      await framework.kill("victim");
      const killed = await framework.update("victim", "TASK_KILLED");
      assert.equal(killed.message, "Command terminated with signal Terminated");
      assert.equal(
        framework.updates.some(({ state }) => state === "TASK_KILLING"),
        capabilities.length > OLD.length,
      );
    }
  });

  for (const [what, capabilities, unknown, gone] of [
    ["with PARTITION_AWARE", undefined, "TASK_UNKNOWN", "TASK_GONE"],
    ["without it", OLD, "TASK_LOST", "TASK_LOST"],
  ] as const) {
    await t.test(`RECONCILE and KILL of tasks that nobody knows, ${what}`, async () => {
      await using framework = await WireFramework.subscribe({
        info: capabilities === undefined ? {} : { capabilities },
      });
      const { agent_id } = await framework.offer();
      await framework.call({
        type: "RECONCILE",
        reconcile: {
          tasks: [
            { task_id: { value: "here" }, agent_id },
            { task_id: { value: "anywhere" } },
            { task_id: { value: "nowhere" }, agent_id: { value: "nobody" } },
          ],
        },
      });
      await framework.kill("killed");
      const updates = await framework.until("the answers", () => framework.updates.length === 4 && framework.updates);
      assert.deepEqual(
        updates.map(({ task_id, state, message }) => [task_id.value, state, message]),
        [
          ["here", gone, "Reconciliation: Task is unknown to the agent"],
          ["anywhere", unknown, "Reconciliation: Task is unknown"],
          ["nowhere", unknown, "Reconciliation: Task is unknown"],
          ["killed", unknown, "Reconciliation: Task is unknown"],
        ],
      );
      for (const update of updates) {
        assert.deepEqual(
          [update.source, update.reason, update.uuid],
          ["SOURCE_MASTER", "REASON_RECONCILIATION", undefined],
        );
      }
    });
  }

  await t.test("RECONCILE of what is known tells the latest state, with the container, without a uuid", async () => {
    await using framework = await WireFramework.subscribe();
    await framework.launch(task("known", "sleep 1000", onNetworks("blue")), task("other", "sleep 1000"));
    const running = await framework.update("known", "TASK_RUNNING");
    await framework.update("other", "TASK_RUNNING");
    const answers = async (tasks: readonly object[], count: number) => {
      const from = framework.updates.length;
      await framework.call({ type: "RECONCILE", reconcile: { tasks } });
      return await framework.until("the answers", () => {
        const found = framework.updates.slice(from).filter(({ reason }) => reason === "REASON_RECONCILIATION");
        return found.length === count && found;
      });
    };
    const [known] = await answers([{ task_id: { value: "known" } }], 1);
    assert.deepEqual([known?.state, known?.source, known?.uuid], ["TASK_RUNNING", "SOURCE_MASTER", undefined]);
    assert.equal(known?.message, "Reconciliation: Latest task state");
    assert.deepEqual(known?.container_status?.network_infos, running.container_status?.network_infos);
    const all = await answers([], 2);
    assert.deepEqual(all.map(({ task_id }) => task_id.value).toSorted(), ["known", "other"]);
  });
});

async function tasksOf(framework: WireFramework): Promise<readonly StateTask[]> {
  const { frameworks } = await getJson<MasterState>("/state");
  return frameworks.find(({ id }) => id === framework.id)?.tasks ?? [];
}
