import assert from "node:assert/strict";
import { test } from "node:test";
import { metricsSnapshot } from "../../base/endpoints/metrics-snapshot.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { MODERN } from "../testing/test-scheduler.ts";

const prefixed = (prefix: string, names: string) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => prefix + name);

/** Mesos's list of a master: `src/master/metrics.cpp`, and `docs/monitoring.md` for allocator and registrar. */
const MESOS = [
  ...prefixed("master/", "uptime_secs elected dropped_messages http_cache_hits outstanding_offers"),
  ...prefixed("master/", "operator_event_stream_subscribers recovery_slave_removals"),
  ...prefixed("master/event_queue_", "messages dispatches http_requests"),
  ...prefixed("master/slaves_", "connected disconnected active inactive unreachable"),
  ...prefixed("master/slave_", "registrations reregistrations removals"),
  ...prefixed("master/slave_removals/reason_", "unhealthy unregistered registered"),
  ...prefixed("master/slave_shutdowns_", "scheduled completed canceled"),
  ...prefixed("master/slave_unreachable_", "scheduled completed canceled"),
  ...prefixed("master/frameworks_", "connected disconnected active inactive"),
  ...prefixed("master/tasks_", "staging starting running killing unreachable"),
  ...prefixed("master/tasks_", "finished failed killed lost error dropped gone gone_by_operator"),
  ...prefixed("master/messages_", "register_framework reregister_framework unregister_framework deactivate_framework"),
  ...prefixed("master/messages_", "kill_task status_update_acknowledgement resource_request launch_tasks"),
  ...prefixed("master/messages_", "decline_offers revive_offers suppress_offers reconcile_operations reconcile_tasks"),
  ...prefixed("master/messages_", "framework_to_executor operation_status_update_acknowledgement"),
  ...prefixed("master/messages_", "executor_to_framework register_slave reregister_slave unregister_slave"),
  ...prefixed("master/messages_", "status_update operation_status_update exited_executor update_slave authenticate"),
  ...["valid_", "invalid_"].flatMap((kind) => [
    ...prefixed(`master/${kind}`, "framework_to_executor_messages executor_to_framework_messages"),
    ...prefixed(`master/${kind}`, "status_updates status_update_acknowledgements"),
    ...prefixed(`master/${kind}`, "operation_status_updates operation_status_update_acknowledgements"),
  ]),
  ...prefixed("master/operations/", "total pending recovering unreachable finished failed error dropped"),
  ...prefixed("master/operations/", "gone_by_operator"),
  ...["cpus", "gpus", "mem", "disk"].flatMap((name) => prefixed(`master/${name}_`, "total used percent")),
  ...["cpus", "gpus", "mem", "disk"].flatMap((name) => prefixed(`master/${name}_revocable_`, "total used percent")),
  ...["cpus", "mem", "disk"].flatMap((name) =>
    prefixed(`allocator/mesos/resources/${name}/`, "total offered_or_allocated"),
  ),
  ...prefixed("allocator/mesos/", "allocation_runs event_queue_dispatches"),
  ...prefixed("allocator/mesos/", "allocation_run_ms/count allocation_run_latency_ms/count"),
  ...prefixed("registrar/", "queued_operations registry_size_bytes state_fetch_ms state_store_ms/count"),
  ...prefixed("system/", "load_1min load_5min load_15min cpus_total mem_total_bytes mem_free_bytes"),
];

test("a master has every metric of Mesos's list from its start on", async () => {
  const { master } = await TestCluster.start();
  const metrics = metricsSnapshot(master.metrics());
  assert.deepEqual(
    MESOS.filter((name) => !metrics.has(name)),
    [],
  );
});

test("a framework may have any name", async () => {
  const cluster = await TestCluster.start();
  const { frameworkId } = cluster.scheduler({ ...MODERN, name: "a/b \ud800" });
  assert.equal(cluster.master.metrics().get(`master/frameworks/a%2Fb%20%EF%BF%BD/${frameworkId}/subscribed`), 1);
});
