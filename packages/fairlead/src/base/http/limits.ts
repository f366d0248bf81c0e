/** What one server takes from its peers; every number can be replaced for a server that needs another one. */
export interface HttpLimits {
  /** Connections at the same time; further ones are closed at once. A cluster of thousands of agents holds one stream for each. */
  readonly maxConnections: number;
  /** Bytes of all request bodies that are being read at the same time: many slow senders together must not fill the memory. */
  readonly maxBodyBytesInFlight: number;
  /** From the first byte of a request until its header is complete. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request until its body is complete: 16 MiB at 140 kB/s. Nothing to do with how long the answer takes. */
  readonly requestTimeoutMs: number;
  /** How often the two timeouts above are looked at; a peer may live that much longer. */
  readonly timeoutCheckIntervalMs: number;
  /** A connection without a request in progress is closed after this; longer than the polling intervals of the usual clients. */
  readonly keepAliveTimeoutMs: number;
  /** A peer that takes nothing of a whole answer for this long is gone. */
  readonly stalledAnswerTimeoutMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxConnections: 20_000,
  maxBodyBytesInFlight: 256 * 1024 * 1024,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 120_000,
  timeoutCheckIntervalMs: 10_000,
  keepAliveTimeoutMs: 75_000,
  stalledAnswerTimeoutMs: 60_000,
};

/**
 * Messages of one protobuf call, and levels of them within each other: what a call of JSON may have too, so that 16 MiB of nothing but empty
 * messages do not become a gigabyte of objects.
 */
export const MAX_CALL_MESSAGES = 1_000_000;
export const MAX_CALL_DEPTH = 100;

/** Answers of at least this size are compressed, as in libprocess; below it a packet is sent either way. */
export const GZIP_MINIMUM_BYTES = 1024;

/** An idle TCP connection is probed after this: a stream whose peer's machine is gone ends, although nothing is written to it. */
export const TCP_KEEP_ALIVE_MS = 30_000;

/** Longest name of a JSONP callback; libraries make names of about 50 characters. */
export const MAX_JSONP_CHARS = 256;

/** zlib's fastest: on a `state` of 3 MB half the time of the usual 6, for a sixth more bytes. */
export const GZIP_LEVEL = 1;
