/** Stable codes of everything this package throws or reports. */
export type CniErrorCode =
  /** A container id, interface name, namespace path or CNI_ARGS pair is not allowed by the spec. */
  | "CNI_ARGUMENT_INVALID"
  /** A configuration file or directory cannot be read. */
  | "CNI_CONFIG_UNREADABLE"
  /** A configuration is not JSON, lacks a required key, or holds a name that is refused. */
  | "CNI_CONFIG_INVALID"
  /** Another file, earlier in order, defines the same network. */
  | "CNI_CONFIG_DUPLICATE"
  /** A configuration or a result names only spec versions that this package does not know. */
  | "CNI_VERSION_UNSUPPORTED"
  /** No element of the search path holds an executable of this type. */
  | "CNI_PLUGIN_NOT_FOUND"
  /** The operating system could not start the plugin. */
  | "CNI_PLUGIN_NOT_STARTED"
  /** The plugin ended with an error; `pluginCode`, `details` and the message hold its own words. */
  | "CNI_PLUGIN_FAILED"
  /** The plugin missed its deadline and was killed with its process group. */
  | "CNI_PLUGIN_TIMEOUT"
  /** The caller's signal ended the plugin. */
  | "CNI_PLUGIN_ABORTED"
  /** The plugin wrote more than the bound on stdout or stderr, and was killed. */
  | "CNI_OUTPUT_TOO_LARGE"
  /** The plugin succeeded, but what it wrote is no result. */
  | "CNI_RESULT_INVALID";

/** What a {@link CniError} may carry besides code and message. */
export interface CniErrorFields {
  /** Type of the plugin. */
  readonly plugin?: string | undefined;
  /** Name of the network. */
  readonly network?: string | undefined;
  /** `code` of the plugin's error object, see the spec's table of well-known codes. */
  readonly pluginCode?: number | undefined;
  /** `details` of the plugin's error object. */
  readonly details?: string | undefined;
  /** What the plugin wrote to stderr, shortened. */
  readonly stderr?: string | undefined;
  /** The configuration file or plugin concerned. */
  readonly path?: string | undefined;
  /** Further failures of the same operation: other plugins of a DEL or GC, or the undoing of a failed ADD. */
  readonly others?: readonly CniError[] | undefined;
  readonly cause?: unknown;
}

/**
 * The one error of this package: a stable `code`, a message for people, and data.
 *
 * Source: the spec's section 5, "Error".
 */
export class CniError extends Error {
  override readonly name = "CniError";
  readonly code: CniErrorCode;
  readonly plugin: string | undefined;
  readonly network: string | undefined;
  readonly pluginCode: number | undefined;
  readonly details: string | undefined;
  readonly stderr: string | undefined;
  readonly path: string | undefined;
  readonly others: readonly CniError[];

  constructor(code: CniErrorCode, message: string, fields: CniErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.plugin = fields.plugin;
    this.network = fields.network;
    this.pluginCode = fields.pluginCode;
    this.details = fields.details;
    this.stderr = fields.stderr;
    this.path = fields.path;
    this.others = fields.others ?? [];
  }

  /** The same error with some fields set; those not named keep their value. */
  with(fields: CniErrorFields): CniError {
    return new CniError(this.code, this.message, {
      plugin: this.plugin,
      network: this.network,
      pluginCode: this.pluginCode,
      details: this.details,
      stderr: this.stderr,
      path: this.path,
      others: this.others,
      cause: this.cause,
      ...fields,
    });
  }

  /** Any thrown value as a CniError; one that is none becomes the cause of a `CNI_PLUGIN_FAILED`. */
  static from(thrown: unknown, fields: CniErrorFields = {}): CniError {
    if (thrown instanceof CniError) {
      return thrown;
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new CniError("CNI_PLUGIN_FAILED", message, { ...fields, cause: thrown });
  }
}
