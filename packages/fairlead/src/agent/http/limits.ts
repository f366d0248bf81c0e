/** Milliseconds for the status and the usage of one container; what is not known by then is left out of the answer, as in Mesos. */
export const CONTAINER_QUERY_TIMEOUT_MS = 10_000;

/** Containers of one request that are asked about at the same time: each costs some reads of kernel files. */
export const MAX_CONTAINER_QUERIES = 16;

/** Bytes of one `/files/read`: 16 pages, as in Mesos. */
export const MAX_READ_BYTES = 64 * 1024;

/** Files of one directory that are listed: a task may make any number. */
export const MAX_LISTED_FILES = 10_000;

/** The longest path that is looked for: Linux opens none that is longer. */
export const MAX_PATH_CHARS = 4096;
