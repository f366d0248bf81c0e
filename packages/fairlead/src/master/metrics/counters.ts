import { Offer_Operation_Type, TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";

/** Mesos's counters of a master. All are served from the start, so that rates can be told from the first event on. */
const COUNTERS = [
  "dropped_messages",
  "http_cache_hits",
  "invalid_executor_to_framework_messages",
  "invalid_framework_to_executor_messages",
  "invalid_operation_status_update_acknowledgements",
  "invalid_operation_status_updates",
  "invalid_status_update_acknowledgements",
  "invalid_status_updates",
  "messages_authenticate",
  "messages_deactivate_framework",
  "messages_decline_offers",
  "messages_executor_to_framework",
  "messages_exited_executor",
  "messages_framework_to_executor",
  "messages_kill_task",
  "messages_launch_tasks",
  "messages_operation_status_update",
  "messages_operation_status_update_acknowledgement",
  "messages_reconcile_operations",
  "messages_reconcile_tasks",
  "messages_register_framework",
  "messages_register_slave",
  "messages_reregister_framework",
  "messages_reregister_slave",
  "messages_resource_request",
  "messages_revive_offers",
  "messages_status_update",
  "messages_status_update_acknowledgement",
  "messages_suppress_offers",
  "messages_unregister_framework",
  "messages_unregister_slave",
  "messages_update_slave",
  "recovery_slave_removals",
  "slave_registrations",
  "slave_removals",
  "slave_removals/reason_registered",
  "slave_removals/reason_unhealthy",
  "slave_removals/reason_unregistered",
  "slave_reregistrations",
  "slave_shutdowns_canceled",
  "slave_shutdowns_completed",
  "slave_shutdowns_scheduled",
  "slave_unreachable_canceled",
  "slave_unreachable_completed",
  "slave_unreachable_scheduled",
  "tasks_dropped",
  "tasks_error",
  "tasks_failed",
  "tasks_finished",
  "tasks_gone",
  "tasks_gone_by_operator",
  "tasks_killed",
  "tasks_lost",
  "valid_executor_to_framework_messages",
  "valid_framework_to_executor_messages",
  "valid_operation_status_update_acknowledgements",
  "valid_operation_status_updates",
  "valid_status_update_acknowledgements",
  "valid_status_updates",
] as const;

export type CounterName = (typeof COUNTERS)[number];

const OPERATION_STATES = [
  "dropped",
  "error",
  "failed",
  "finished",
  "gone_by_operator",
  "pending",
  "recovering",
  "total",
  "unreachable",
] as const;

const OPERATION_TYPES = [
  Offer_Operation_Type.RESERVE,
  Offer_Operation_Type.UNRESERVE,
  Offer_Operation_Type.CREATE,
  Offer_Operation_Type.DESTROY,
  Offer_Operation_Type.GROW_VOLUME,
  Offer_Operation_Type.SHRINK_VOLUME,
  Offer_Operation_Type.CREATE_DISK,
  Offer_Operation_Type.DESTROY_DISK,
];

/** What has happened since the master began. */
export class Counters {
  readonly #values = new Map<string, number>();

  constructor() {
    for (const name of COUNTERS) this.#values.set(`master/${name}`, 0);
    for (const state of OPERATION_STATES) {
      this.#values.set(`master/operations/${state}`, 0);
      for (const type of OPERATION_TYPES) this.#values.set(`master/operations/${operationName(type)}/${state}`, 0);
    }
  }

  get values(): ReadonlyMap<string, number> {
    return this.#values;
  }

  increment(name: CounterName): void {
    this.#add(`master/${name}`);
  }

  /** A task ended, or never began: counted by state, and by state, source and reason. The names are those of the v0 API. */
  taskEnded(state: TaskState, source: TaskStatus_Source, reason: TaskStatus_Reason | undefined): void {
    const name = TaskState[state]?.toLowerCase() ?? "task_unknown";
    const counter = `master/tasks_${name.slice("task_".length)}`;
    // UNREACHABLE is a gauge: such tasks come back.
    if (state !== TaskState.TASK_UNREACHABLE) this.#add(counter);
    if (reason === undefined) return;
    const reasonName = TaskStatus_Reason[reason]?.toLowerCase().replaceAll("agent", "slave");
    const sourceName = TaskStatus_Source[source]?.toLowerCase().replaceAll("agent", "slave");
    this.#add(`master/${name}/source_${sourceName}/reason_${reasonName}`);
  }

  /** An operation on resources was refused: it is not valid, or not served. */
  operationRefused(type: Offer_Operation_Type): void {
    for (const name of ["error", "total"]) {
      this.#add(`master/operations/${name}`);
      if (OPERATION_TYPES.includes(type)) this.#add(`master/operations/${operationName(type)}/${name}`);
    }
  }

  #add(name: string): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + 1);
  }
}

function operationName(type: Offer_Operation_Type): string {
  return Offer_Operation_Type[type]?.toLowerCase() ?? "unknown";
}
