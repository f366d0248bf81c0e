/** Stable codes of everything that this package throws. */
export type MesosApiErrorCode =
  /** An id breaks Mesos's rules for ids. */
  | "ID_INVALID"
  /** A text is no duration, or longer than Mesos can count. */
  | "DURATION_INVALID"
  /** A resource or an attribute is not valid, or its text cannot be parsed. */
  | "RESOURCE_INVALID"
  /** A text is no JSON, or nested deeper than the bound. */
  | "JSON_INVALID"
  /** JSON or bytes are well formed, but are not this message, or lack required fields. */
  | "MESSAGE_INVALID"
  /** A RecordIO stream is broken, or ends within a record. */
  | "RECORD_INVALID"
  /** A record is larger than the bound. */
  | "RECORD_TOO_LARGE"
  /** No connection, or it broke before the answer was complete. */
  | "SERVER_UNREACHABLE"
  /** The server answered a call with an error status; `status` and the message hold its own words. */
  | "CALL_REFUSED"
  /** No complete answer within the deadline. */
  | "CALL_TIMEOUT"
  /** The caller's signal, or the closing of the client, ended a call or a stream. */
  | "CALL_ABORTED"
  /** Masters kept pointing at each other. */
  | "TOO_MANY_REDIRECTS"
  /** The server answered with something that is no answer to this call, or with too much. */
  | "RESPONSE_INVALID"
  /** The server closed an event stream. */
  | "STREAM_ENDED"
  /** An event stream was silent for longer than its heartbeats allow. */
  | "STREAM_SILENT";

/** The error that every error of this package is: a stable `code` and a message for people. */
export class MesosApiError extends Error {
  override readonly name: string = "MesosApiError";
  readonly code: MesosApiErrorCode;

  constructor(code: MesosApiErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
