/** Bytes. Less could not take one call of a framework or one event. */
export const MIN_LIMIT_BYTES = 64 * 1024;

/** Bytes. A body is held in memory while it is read. */
export const MAX_BODY_LIMIT_BYTES = 1024 ** 3;

/** Bytes. What a slow reader leaves unread is held in memory. */
export const MAX_UNREAD_LIMIT_BYTES = 1024 ** 3;
