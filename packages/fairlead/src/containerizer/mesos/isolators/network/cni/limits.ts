/** HOST_NAME_MAX of the kernel: sethostname refuses more. */
export const MAX_HOSTNAME_BYTES = 64;

/** How many containers a recovery cleans up at the same time: plugins queue on the kernel's and iptables' locks anyway. */
export const RECOVERY_CONCURRENCY = 4;

/** How long a plugin that an earlier run left may take to go after SIGKILL: longer only in an uninterruptible wait of the kernel. */
export const STRAY_PLUGIN_TIMEOUT_MS = 30_000;

/** How often it is looked for meanwhile. */
export const STRAY_PLUGIN_POLL_MS = 20;

/** For what is done to a namespace: a few milliseconds, unless the network thread has a long queue or another process holds the kernel's lock of all links. */
export const NAMESPACE_TIMEOUT_MS = 60_000;
