import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { poll } from "../support/poll.ts";
import { Workspace } from "../support/workspace.ts";
import { AGENT_PORT, ask, MASTER_PORT } from "./wire/ask.ts";
import { onNetworks, scalar, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

/** A few of each group of Mesos's list; the whole of it is a test of each process. */
const NAMES = {
  [MASTER_PORT]: [
    "master/elected",
    "master/uptime_secs",
    "master/cpus_percent",
    "master/mem_used",
    "master/tasks_running",
    "master/tasks_finished",
    "master/slaves_active",
    "master/frameworks_connected",
    "master/messages_launch_tasks",
    "master/event_queue_messages",
    "allocator/mesos/allocation_runs",
    "registrar/state_store_ms",
    "system/load_1min",
  ],
  [AGENT_PORT]: [
    "slave/uptime_secs",
    "slave/registered",
    "slave/cpus_percent",
    "slave/disk_total",
    "slave/tasks_running",
    "slave/executors_running",
    "slave/container_launch_errors",
    "slave/valid_status_updates",
    "system/mem_free_bytes",
  ],
} as const;

const PORTS = [MASTER_PORT, AGENT_PORT] as const;

async function snapshot(port: number, query = ""): Promise<Map<string, number>> {
  const answer = await ask({ port, path: `/metrics/snapshot${query}` });
  assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "application/json"]);
  const metrics = JSON.parse(answer.text) as Record<string, unknown>;
  for (const [name, value] of Object.entries(metrics)) {
    // JSON has no NaN and no infinity
    assert.equal(typeof value, "number", `${name} is ${JSON.stringify(value)}`);
  }
  return new Map(Object.entries(metrics) as [string, number][]);
}

test("metrics", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.98.0.0/24");
  await workspace.startLocal();

  await t.test("rule 21: every metric is a number, before anything has happened", async () => {
    for (const port of PORTS) assert.ok((await snapshot(port)).size > 50);
  });

  await t.test("rule 11: metrics of every group are there from the first moment on", async () => {
    for (const port of PORTS) {
      const metrics = await snapshot(port);
      for (const name of NAMES[port]) assert.ok(metrics.has(name), `${name} of port ${port}`);
    }
  });

  await using framework = await WireFramework.subscribe({ info: { name: "counted" } });
  await framework.launch(
    task("runs", "sleep 1000", { ...onNetworks("blue"), resources: [scalar("cpus", 0.5), scalar("mem", 64)] }),
    task("ends", "true"),
    task("fails", "exit 1"),
    task("has no network", "true", onNetworks("nowhere")),
    task("is refused", "true", { resources: [] }),
  );
  await framework.update("runs", "TASK_RUNNING");
  await framework.update("ends", "TASK_FINISHED");
  await framework.update("fails", "TASK_FAILED");
  await framework.update("has no network", "TASK_FAILED");
  await framework.update("is refused", "TASK_ERROR");

  await t.test("rule 21: every metric is a number, after much has happened", async () => {
    for (const port of PORTS) await snapshot(port);
    for (const port of PORTS) await snapshot(port, "?timeout=5secs");
  });

  await t.test("rule 11: and it is a true one", async () => {
    const master = await snapshot(MASTER_PORT);
    for (const [name, value] of [
      ["master/elected", 1],
      ["master/slaves_active", 1],
      ["master/slaves_connected", 1],
      ["master/frameworks_active", 1],
      ["master/frameworks_connected", 1],
      ["master/cpus_total", 8],
      ["master/cpus_used", 0.5],
      ["master/cpus_percent", 0.0625],
      ["master/mem_total", 4096],
      ["master/mem_used", 64],
      ["master/tasks_running", 1],
      ["master/tasks_finished", 1],
      ["master/tasks_failed", 2],
      ["master/tasks_error", 1],
      ["master/tasks_lost", 0],
      ["master/messages_launch_tasks", 1],
      ["master/invalid_status_updates", 0],
    ] as const) {
      assert.equal(master.get(name), value, name);
    }
    // executors go when their containers are taken down
    const agent = await poll(async () => {
      const metrics = await snapshot(AGENT_PORT);
      return metrics.get("slave/executors_running") === 1 && metrics;
    });
    for (const [name, value] of [
      ["slave/registered", 1],
      ["slave/cpus_total", 8],
      ["slave/tasks_running", 1],
      ["slave/tasks_finished", 1],
      ["slave/tasks_failed", 2],
      ["slave/frameworks_active", 1],
      ["slave/container_launch_errors", 1],
    ] as const) {
      assert.equal(agent.get(name), value, name);
    }
  });

  await t.test("rule 21: GET_METRICS holds the same, as numbers", async () => {
    for (const port of PORTS) {
      const headers = { "Content-Type": "application/json" };
      const answer = await ask({ port, path: "/api/v1", headers, body: '{"type":"GET_METRICS","get_metrics":{}}' });
      const { get_metrics: got } = JSON.parse(answer.text) as {
        get_metrics: { metrics: { name: string; value: unknown }[] };
      };
      for (const { name, value } of got.metrics) assert.equal(typeof value, "number", name);
      const names = new Set(got.metrics.map(({ name }) => name));
      for (const name of NAMES[port]) assert.ok(names.has(name), name);
    }
  });

  await t.test("a timeout that is no duration: 400", async () => {
    for (const port of PORTS) {
      assert.equal((await ask({ port, path: "/metrics/snapshot?timeout=soon" })).status, 400);
    }
  });
});
