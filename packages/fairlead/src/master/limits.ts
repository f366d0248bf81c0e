/** Milliseconds between the heartbeats on a scheduler's stream; announced in SUBSCRIBED. Not a flag in Mesos either. */
export const HEARTBEAT_INTERVAL_MS = 15_000;

/** Seconds for which declined resources are not offered again, where the scheduler says nothing or something absurd. */
export const DEFAULT_REFUSE_SECONDS = 5;

/** The longest filter, in seconds: Mesos caps it at 365 days. */
export const MAX_REFUSE_SECONDS = 31_536_000;

/** Filters kept per framework, role and agent. Each new one covers what was declined last: the oldest is the least useful. */
export const MAX_FILTERS_PER_AGENT = 100;

/** Roles of one framework: each has books of its own in the allocator, and is looked at in every run. */
export const MAX_ROLES_PER_FRAMEWORK = 10_000;

/** Entries of one list of resources of a task or an executor: each is compared with every other one. An agent offers some dozens. */
export const MAX_REQUESTED_RESOURCES = 1_000;

/** Ranges, or elements of a set, of one such resource. */
export const MAX_REQUESTED_ITEMS = 10_000;

/** Of the text of a status that refuses a task: it may quote what the task said, and be told of every task of a call. */
export const MAX_STATUS_MESSAGE_CHARS = 65_536;

/** Instructions of one compiled expression in offer constraints: the default of Mesos's `--offer_constraints_re2_max_program_size`. */
export const MAX_REGEX_PROGRAM_SIZE = 100;

/** What an executor of a task group needs at least: cpus, and memory in MB. */
export const MIN_EXECUTOR_CPUS = 0.01;
export const MIN_EXECUTOR_MEM_MB = 32;

/** Statuses kept per task. Equal states collapse, so that only a task that flips between states comes here. */
export const MAX_STATUSES_PER_TASK = 100;

/** Calls of an agent that wait until its registration is on disk. */
export const MAX_WAITING_AGENT_CALLS = 10_000;

/** Milliseconds until a write to the registry that failed is tried again; up to half of it is added at random. */
export const REGISTRY_RETRY_MS = 5_000;

/** Unreachable agents are forgotten after two weeks, or when there are more than 102,400: Mesos's defaults. Looked at every 15 minutes. */
export const REGISTRY_MAX_UNREACHABLE_AGE_MS = 14 * 24 * 3_600_000;
export const REGISTRY_MAX_UNREACHABLE_AGENTS = 102_400;
export const REGISTRY_GC_INTERVAL_MS = 15 * 60_000;

/** Samples kept for the percentiles of a measured time, and for how long. */
export const MAX_TIMING_SAMPLES = 1_000;
export const TIMING_WINDOW_MS = 3_600_000;
