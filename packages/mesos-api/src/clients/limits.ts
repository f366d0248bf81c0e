/** Milliseconds from a call to its complete answer, or to the first event of a stream. */
export const CALL_TIMEOUT_MS = 30_000;

/** Masters that may point at each other before one answers: one redirect leads to the leader, a second one happens while it changes. */
export const MAX_REDIRECTS = 5;

/** Bytes of an answer. The state of a large cluster has some tens of megabytes. */
export const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;

/** Bytes of one event. OFFERS may name every agent of a large cluster, with some kilobytes for each. */
export const MAX_EVENT_BYTES = 128 * 1024 * 1024;

/** Characters of an error answer that are kept. */
export const MAX_REFUSAL_CHARS = 4096;

/** Seconds between heartbeats where SUBSCRIBED names no interval: what Mesos's masters keep. */
export const HEARTBEAT_INTERVAL_SECONDS = 15;

/** Heartbeats that may fail to come before a stream is given up; Mesos's own clients wait for as many. */
export const MISSED_HEARTBEATS = 5;
