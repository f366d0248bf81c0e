/**
 * The codes of every operational error that Fairlead raises, with the remedy told in docs/errors.md (a test keeps both in step).
 *
 * Three kinds of failure are never mixed: *operational* errors are thrown as {@link FairleadError} and handled at the boundary that can act;
 * *outcomes* (a task's reason, an invalid ACCEPT) are values; *bugs* are assertions, on which the process dies and recovery begins.
 */
export const ERROR_CODES = {
  FLAG_INVALID: "a flag has a value that cannot be used",
  FLAG_UNKNOWN: "a flag that does not exist",
  FLAG_NOT_ENFORCED: "a security flag whose protection is not implemented: starting would pretend to protect",
  FLAG_UNSUPPORTED: "a flag whose feature is not implemented: starting would pretend to have it",
  DIRECTORY_IN_USE: "another process holds the lock on work_dir or runtime_dir",
  SCHEMA_TOO_NEW: "the state on disk was written by a newer version",
  STORE_FAILED: "the state store could not read or write (a full or failing disk)",
  STORE_DAMAGED: "the state database is not readable and was set aside",
  EXEC_FAILED: "a helper program ended with an error",
  EXEC_TIMEOUT: "a helper program did not end within its deadline",
  EXEC_OUTPUT_TOO_LARGE: "a helper program printed more than its limit",
  USER_UNKNOWN: "the user that a task should run as does not exist on this agent",
  ISOLATION_INVALID: "--isolation names an unknown, duplicate or conflicting isolator",
  RUNTIME_MISSING: "no OCI runtime or conmon was found on this machine",
  RUNTIME_FAILED: "the OCI runtime or conmon refused to create, start or delete a container",
  CGROUP_UNAVAILABLE: "the cgroup hierarchy lacks a controller that is needed",
  CONTAINER_EXISTS: "a container with this id exists already",
  CONTAINER_UNKNOWN: "no container has this id",
  CONTAINER_INVALID: "the container was asked for in a way that cannot be served",
  CONTAINER_DESTROYED: "the container was destroyed while it was being launched",
  NETWORK_UNKNOWN: "no CNI network has this name",
  NETWORK_INVALID: "the NetworkInfos of a container cannot be served",
  NETWORK_FAILED: "a CNI plugin failed to attach or detach a container",
  NAMESPACE_FAILED: "a network namespace could not be made, pinned or released",
  SANDBOX_FAILED: "a sandbox could not be made or given to its user",
  CROSSES_MOUNT: "a recursive removal met a mount point and stopped",
  OUTPUT_FAILED: "what a command prints is not taken",
  ADDRESS_UNAVAILABLE: "the address or port to listen on is taken, or is not of this machine",
  REQUEST_INVALID: "a request is not well formed",
  REQUEST_TOO_LARGE: "a request body is larger than --max_request_body_size",
  HOST_FORBIDDEN: "a request to a loopback server carries a foreign Host or Origin",
  MASTER_UNREACHABLE: "an agent or a client cannot reach the master",
  AGENT_REFUSED: "the master refused this agent",
  AGENT_INCOMPATIBLE: "the agent's resources, attributes, address or domain are not those it was registered with",
  BUSY: "a bounded queue is full",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * An operational error with a stable code.
 *
 * `message` is a sentence for an operator and names the object; `data` carries the same facts for programs. `cause` keeps the original.
 */
export class FairleadError extends Error {
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { data?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FairleadError";
    this.code = code;
    this.data = options.data ?? {};
  }

  /** Whether `error` is a FairleadError, and of this code if one is given. */
  static is(error: unknown, code?: ErrorCode): error is FairleadError {
    return error instanceof FairleadError && (code === undefined || error.code === code);
  }
}

/** The text of anything that was thrown, for messages and logs. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
