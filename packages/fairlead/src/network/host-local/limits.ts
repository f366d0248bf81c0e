/**
 * How long to wait for the lock of a network's leases, pause by pause in milliseconds: together 5 s. Another process holds it for some milliseconds.
 */
export const LOCK_PAUSES_MS: readonly number[] = [1, 1, 2, 2, 4, 4, 8, 8, ...Array.from({ length: 249 }, () => 20)];

/** How much of a lease is read: container id, line end, interface name. Nothing that is longer is an attachment's: its text is longer than those. */
export const MAX_LEASE_BYTES = 1024;

/** Size of a resolv.conf. */
export const MAX_RESOLV_CONF_BYTES = 64 * 1024;

/** Of how many networks the leases are kept in memory; those used longest ago are read again. */
export const MAX_INDEXED_NETWORKS = 64;

/** Of how many configurations what they say is kept. */
export const MAX_KEPT_CONFIGS = 64;

/** How far in the past the mark of an index lies at least, in seconds: farther than the steps of any file system's clock. */
export const MARK_AGE_SECONDS = 4;
