import { getSystemErrorMap } from "node:util";

/** Stable codes of everything this package throws. */
export type NetlinkErrorCode =
  /** The kernel refused; `errno` is its number, `errnoName` its name, `extended` its own words where it has some. */
  | "NETLINK_REFUSED"
  /** The kernel did not answer before the deadline of the socket. */
  | "NETLINK_TIMEOUT"
  /** A table changed while it was listed, time and again. */
  | "NETLINK_DUMP_INTERRUPTED"
  /** An answer is not what the protocol allows. */
  | "NETLINK_ANSWER_INVALID"
  /** A value cannot be written into a message: a name too long, a number out of range, an address that is none. */
  | "NETLINK_ARGUMENT_INVALID"
  /** A system call besides netlink failed: setns, unshare, mount, … */
  | "NETLINK_SYSTEM_CALL"
  /** The thread is not in the network namespace that it belongs to, and cannot get there: it must not go on. */
  | "NETLINK_NAMESPACE_LOST";

/** What a {@link NetlinkError} may carry besides code and message. */
export interface NetlinkErrorFields {
  /** The kernel's errno, positive. */
  readonly errno?: number | undefined;
  /** The kernel's extended acknowledgement. */
  readonly extended?: string | undefined;
  /** What was to be done, as in "add address 10.0.0.2/24 to eth0". */
  readonly operation?: string | undefined;
  readonly cause?: unknown;
}

const errnoNames = getSystemErrorMap();

/** The one error of this package: a stable `code`, a message for people, and data. */
export class NetlinkError extends Error {
  override readonly name = "NetlinkError";
  readonly code: NetlinkErrorCode;
  readonly errno: number | undefined;
  /** As in `EEXIST`; undefined without errno. */
  readonly errnoName: string | undefined;
  readonly extended: string | undefined;
  readonly operation: string | undefined;

  constructor(code: NetlinkErrorCode, message: string, fields: NetlinkErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.errno = fields.errno;
    this.errnoName = fields.errno === undefined ? undefined : errnoName(fields.errno);
    this.extended = fields.extended;
    this.operation = fields.operation;
  }

  /** The kernel's refusal of an operation, in its own words. */
  static refused(operation: string, errno: number, extended?: string): NetlinkError {
    const words = extended === undefined ? "" : `: ${extended}`;
    return new NetlinkError("NETLINK_REFUSED", `${operation}: ${errnoText(errno)}${words}`, {
      errno,
      extended,
      operation,
    });
  }

  /** A system call that failed. */
  static systemCall(operation: string, errno: number): NetlinkError {
    return new NetlinkError("NETLINK_SYSTEM_CALL", `${operation}: ${errnoText(errno)}`, { errno, operation });
  }
}

/** Whether something thrown is the kernel's refusal with one of these errnos, as in `isRefusal(error, "EEXIST")`. */
export function isRefusal(error: unknown, ...names: readonly string[]): error is NetlinkError {
  return (
    error instanceof NetlinkError &&
    error.code === "NETLINK_REFUSED" &&
    error.errnoName !== undefined &&
    names.includes(error.errnoName)
  );
}

function errnoName(errno: number): string {
  return errnoNames.get(-errno)?.[0] ?? `errno ${errno}`;
}

function errnoText(errno: number): string {
  const known = errnoNames.get(-errno);
  return known === undefined ? `errno ${errno}` : `${known[1]} (${known[0]})`;
}
