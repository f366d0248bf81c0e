/** How long one run of a plugin may take: the usual limit of container runtimes, far above a slow DHCP exchange. */
export const PLUGIN_TIMEOUT_MS = 60_000;

/** How much a plugin may write to stdout, and as much to stderr; results are a few KiB. */
export const MAX_PLUGIN_OUTPUT_BYTES = 1024 * 1024;

/** How large a configuration file may be. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** How many plugins one network may chain. */
export const MAX_CHAIN_LENGTH = 64;

/** How deep JSON from files and plugins may nest; writing it again recurses once for each level. */
export const MAX_JSON_DEPTH = 100;

/** How many characters of a plugin's output an error quotes, for each of stdout and stderr. */
export const MAX_QUOTE_CHARS = 1024;

/** NAME_MAX: network names and container ids become file names. */
export const MAX_NAME_CHARS = 255;

/** IFNAMSIZ without the closing NUL. */
export const MAX_IF_NAME_BYTES = 15;
