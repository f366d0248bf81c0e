import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { agentMetrics as coreMetrics, newCounters } from "../metrics.ts";
import { Frameworks } from "../state/frameworks.ts";
import { agentMetrics } from "./metrics.ts";
import { FakeAgent } from "./testing.ts";

const RESOURCES = ["cpus", "gpus", "mem", "disk"].flatMap((name) =>
  ["", "_revocable"].flatMap((kind) => ["total", "used", "percent"].map((what) => `slave/${name}${kind}_${what}`)),
);

/** Mesos's list of an agent without optional parts: `src/slave/metrics.cpp`, and `docs/monitoring.md` for the rest. */
const MESOS = [
  "containerizer/fetcher/cache_size_total_bytes",
  "containerizer/fetcher/cache_size_used_bytes",
  "containerizer/fetcher/task_fetches_failed",
  "containerizer/fetcher/task_fetches_succeeded",
  "slave/container_launch_errors",
  "slave/executor_directory_max_allowed_age_secs",
  "slave/executors_preempted",
  "slave/executors_registering",
  "slave/executors_running",
  "slave/executors_terminated",
  "slave/executors_terminating",
  "slave/frameworks_active",
  "slave/invalid_framework_messages",
  "slave/invalid_status_updates",
  "slave/recovery_errors",
  "slave/recovery_time_secs",
  "slave/registered",
  "slave/tasks_failed",
  "slave/tasks_finished",
  "slave/tasks_gone",
  "slave/tasks_killed",
  "slave/tasks_killing",
  "slave/tasks_lost",
  "slave/tasks_running",
  "slave/tasks_staging",
  "slave/tasks_starting",
  "slave/uptime_secs",
  "slave/valid_framework_messages",
  "slave/valid_status_updates",
  "system/cpus_total",
  "system/load_15min",
  "system/load_1min",
  "system/load_5min",
  "system/mem_free_bytes",
  "system/mem_total_bytes",
  ...RESOURCES,
];

test("an agent has every metric of Mesos's list from its start on", () => {
  const agent = new FakeAgent();
  agent.counters = coreMetrics({
    counters: newCounters(),
    frameworks: new Frameworks(1),
    recoverySeconds: 1,
    sandboxAgeSeconds: 1,
  });
  const metrics = agentMetrics(agent, new VirtualClock(agent.startedMs));
  assert.deepEqual(
    MESOS.filter((name) => !metrics.has(name)),
    [],
  );
});
