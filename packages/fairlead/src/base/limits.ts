/** A helper program that says nothing else must end within this: the slowest (crun on a loaded machine) takes seconds. */
export const COMMAND_TIMEOUT_MS = 30_000;

/** Of each of stdout and stderr of a helper program, unless it is asked for more. */
export const COMMAND_MAX_OUTPUT_BYTES = 1024 * 1024;

/** Of what a helper program said, at most this much stands in an error's message. */
export const MAX_QUOTED_CHARS = 1000;

/** How long an answer about a user is believed: a burst of tasks asks once, and a change is seen soon. */
export const USER_CACHE_MS = 5_000;

/** Users whose answer is kept. */
export const USER_CACHE_ENTRIES = 1000;

/** Lines of a log that a full disk does not take are kept up to this; further ones are lost. */
export const MAX_HELD_LOG_BYTES = 1024 * 1024;
