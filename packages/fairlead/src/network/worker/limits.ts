/**
 * How many tasks the thread has at a time: the one that it does, and one more, so that it need not wait for the next. The others wait on the near
 * side, where they can be taken back.
 */
export const MAX_POSTED_TASKS = 2;

/** How many tasks may wait for the thread: far more than an agent launches containers at once. */
export const MAX_QUEUED_TASKS = 10_000;

/** How long to leave off when the thread died before it was ready, time after time: the first such death costs nothing, the last value stays. */
export const START_PAUSES_MS: readonly number[] = [0, 1000, 2000, 5000, 10_000, 30_000];

/** How long tasks that are under way may hold up the end of the process; the kernel, or another process' lock, may take ten seconds for each. */
export const CLOSE_TIMEOUT_MS = 30_000;
