/** How long the kernel may take to answer: longer only when another process holds the lock of all links. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** One read of a socket: the kernel fills at most 32 KiB of a listing at a time. */
export const RECEIVE_BYTES = 64 * 1024;

/** What a socket may hold unsent: one batch of some 50,000 set elements. */
export const SEND_BUFFER_BYTES = 4 * 1024 * 1024;

/** Acknowledgements of a large batch wait here until they are read. */
export const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/** How often a listing is begun again when the table changes under it. */
export const MAX_DUMP_ATTEMPTS = 8;

/** Length of one attribute: its length field has 16 bits. */
export const MAX_ATTRIBUTE_BYTES = 0xffff;

/** IFNAMSIZ without the NUL. */
export const MAX_INTERFACE_NAME_BYTES = 15;

/** Events of links wait here until they are read: some 1000 changes. */
export const EVENT_BUFFER_BYTES = 4 * 1024 * 1024;

/** Batches of events that wait for their reader; then it is the socket's turn to hold them. */
export const MAX_WAITING_EVENT_BATCHES = 64;
