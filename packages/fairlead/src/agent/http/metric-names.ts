/**
 * The counters of Mesos's agent that exporters expect, each 0 until the core counts something. What this agent does not do (preempting
 * executors, fetching, collecting garbage of images) never happens, so 0 is its true value.
 *
 * Source: `src/slave/metrics.cpp` and `docs/monitoring.md` of apache/mesos.
 */
export const AGENT_COUNTERS: readonly string[] = [
  "slave/recovery_errors",
  "slave/tasks_finished",
  "slave/tasks_failed",
  "slave/tasks_killed",
  "slave/tasks_lost",
  "slave/tasks_gone",
  "slave/executors_terminated",
  "slave/executors_terminating",
  "slave/executors_preempted",
  "slave/valid_status_updates",
  "slave/invalid_status_updates",
  "slave/valid_framework_messages",
  "slave/invalid_framework_messages",
  "slave/container_launch_errors",
  "containerizer/mesos/container_destroy_errors",
  "containerizer/fetcher/task_fetches_succeeded",
  "containerizer/fetcher/task_fetches_failed",
  "containerizer/fetcher/cache_size_total_bytes",
  "containerizer/fetcher/cache_size_used_bytes",
  "gc/path_removals_succeeded",
  "gc/path_removals_failed",
  "gc/path_removals_pending",
];
