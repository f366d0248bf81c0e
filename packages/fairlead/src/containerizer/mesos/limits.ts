/** How many OCI runtime and conmon starts run at once: each takes about 30 ms of a core, more of them only queue in the kernel. */
export const MAX_RUNTIME_PROCESSES = 4;

/** How many starts may wait for their turn; beyond, a launch fails instead of growing memory. */
export const MAX_WAITING_FOR_RUNTIME = 10_000;

/** How long the runtime may take to create a container; 50 ms are usual, a machine that swaps needs seconds. */
export const CREATE_TIMEOUT_MS = 60_000;

/** How long `start` and `delete` of the runtime may take; 10 ms are usual. */
export const RUNTIME_COMMAND_TIMEOUT_MS = 30_000;

/** What a runtime may print; its answers are lines. */
export const MAX_RUNTIME_OUTPUT_BYTES = 64 * 1024;

/** How much of a runtime's words an error quotes. */
export const MAX_QUOTE_CHARS = 1024;

/** Default of --cgroups_destroy_timeout: how long killed processes may take to leave the cgroup. */
export const DESTROY_TIMEOUT_MS = 60_000;

/** How long a freezer may take; processes in an uninterruptible sleep would hold it for ever. */
export const FREEZE_TIMEOUT_MS = 1_000;

/** The first pause between two looks at a cgroup; grows to the second. */
export const CGROUP_POLL_MS = 2;
export const MAX_CGROUP_POLL_MS = 100;

/** How long an init may take to fork the command; it does so first of all. */
export const INIT_FORK_TIMEOUT_MS = 2_000;

/** Rounds of signalling where the processes cannot be frozen: each finds the children forked meanwhile. */
export const MAX_SIGNAL_ROUNDS = 16;

/** How long conmon may take from the end of the container to the exit file, and to its own end. */
export const CONMON_END_TIMEOUT_MS = 10_000;

/** Pause between two looks at what inotify may have missed: a lost event, a killed conmon. */
export const SWEEP_INTERVAL_MS = 1_000;

/** How often the count of OOM kills is read again after the notice: the kernel tells before it kills. */
export const OOM_COUNT_READS = 20;
export const OOM_COUNT_PAUSE_MS = 50;

/** How many containers are taken down at once by a recovery. */
export const MAX_PARALLEL_CLEANUPS = 8;

/** Default bound on processes and threads of one container: generous for a program, small against the kernel's pid_max of 32768. */
export const PIDS_LIMIT = 4096;

/** Mesos: `CPU_SHARES_PER_CPU`, `MIN_CPU_SHARES`, `CPU_CFS_PERIOD`, `MIN_CPU_CFS_QUOTA`, `MIN_MEMORY`. */
export const CPU_SHARES_PER_CPU = 1024;
export const MIN_CPU_SHARES = 2;
export const CFS_PERIOD_US = 100_000;
export const MIN_CFS_QUOTA_US = 1_000;
export const MIN_MEMORY_MB = 32;

/** Ticks of `cpuacct.stat` per second: USER_HZ, fixed in Linux's interface on every architecture that Node runs on. */
export const USER_HZ = 100;
