/** The smallest back-off factor after a failure: without it an agent with --registration_backoff_factor=0 would hammer a dead address. */
export const REGISTER_RETRY_MIN_MS = 100;

/** The longest pause between two attempts to register: REGISTER_RETRY_INTERVAL_MAX of Mesos. */
export const REGISTER_RETRY_MAX_MS = 60_000;

/** How long a master may take to accept a TCP connection. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** How long a master may take to answer a request: it works in memory, only a new agent's id has to reach its disk. */
export const CALL_TIMEOUT_MS = 15_000;

/** How long REGISTERED may take after the connection was accepted: longer than a sync of a busy disk. */
export const REGISTERED_TIMEOUT_MS = 30_000;

/** After so long without PING the agent registers again, where the master does not say: 5 pings of 15 s, as in Mesos. */
export const PING_TIMEOUT_MS = 75_000;

/** The largest event that is read from a master: a RUN_TASK is at most as large as a request body, 16 MiB by default. */
export const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/** Calls are joined into requests of about this size; one that is larger alone goes alone. */
export const MAX_CALL_BATCH_BYTES = 1024 * 1024;

/** How many calls one request holds at most: masters refuse more than 10,000. */
export const MAX_CALLS_PER_REQUEST = 1_000;

/** A session whose unsent calls exceed this is closed: its master takes nothing, and all is told anew at the next registration. */
export const MAX_QUEUED_CALL_BYTES = 64 * 1024 * 1024;

/** An update is sent again after this pause, which doubles: STATUS_UPDATE_RETRY_INTERVAL_MIN and _MAX of Mesos. */
export const UPDATE_RETRY_MIN_MS = 10_000;
export const UPDATE_RETRY_MAX_MS = 600_000;

/** An update that could not be stored is stored again after this pause, which doubles: somebody has to make room on the disk. */
export const STORE_RETRY_MIN_MS = 1_000;
export const STORE_RETRY_MAX_MS = 30_000;

/** SIGTERM to SIGKILL where neither the kill nor the task says: 3 s, as Mesos's command executor. */
export const KILL_GRACE_MS = 3_000;

/** What a command executor keeps of its shutdown grace period for the forced kill: Mesos's reap interval and a second. */
export const SHUTDOWN_MARGIN_MS = 2_000;

/** A kill is noted on disk before its first signal, but a slow disk must not hold it up for longer. */
export const KILL_CHECKPOINT_TIMEOUT_MS = 1_000;

/** How long a status update waits for the container's addresses. */
export const CONTAINER_STATUS_TIMEOUT_MS = 5_000;

/** A terminal update waits so long for the container to be taken down, so that its ports and addresses are free when it arrives. */
export const DESTROY_BEFORE_REPORT_MS = 10_000;

/** When the agent is told to end its tasks and leave, each of them has at most so long before SIGKILL. */
export const STOP_GRACE_MS = 5_000;

/** How long a stop waits for tasks to be gone: the grace, then one teardown. */
export const STOP_TASKS_MS = 8_000;

/** How long a stop waits for the acknowledgement of the last updates. */
export const STOP_ACKNOWLEDGE_MS = 1_000;

/** How long a stop waits for the master to take the last calls. */
export const STOP_FLUSH_MS = 1_000;

/** How many frameworks without tasks stay in `completed_frameworks`: MAX_COMPLETED_FRAMEWORKS of Mesos. */
export const MAX_COMPLETED_FRAMEWORKS = 50;

/** Sandboxes are looked through so often at most, and at least so often. */
export const GC_SWEEP_MIN_MS = 1_000;
export const GC_SWEEP_MAX_MS = 3_600_000;

/** How long a stop waits for a sandbox that is being removed: it may hold millions of files, and the next run goes on with it. */
export const GC_STOP_MS = 1_000;

/** How long the name service may take to tell this machine's name. */
export const HOSTNAME_TIMEOUT_MS = 5_000;
