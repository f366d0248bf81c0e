import { type ErrorCode, FairleadError } from "../errors.ts";
import type { WholeReply } from "./http.ts";
import { plainReply } from "./replies.ts";

/** The errors that are an answer in themselves; every other one is 500. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  REQUEST_INVALID: 400,
  REQUEST_TOO_LARGE: 413,
  HOST_FORBIDDEN: 403,
  CONTAINER_INVALID: 400,
  CONTAINER_UNKNOWN: 404,
  STORE_FAILED: 503,
  BUSY: 503,
};

/**
 * The answer to a request whose handler threw. `expected` errors are the peer's doing or a known state; of all others the peer learns nothing
 * but the number: the text goes to the log.
 */
export function errorReply(error: unknown): { reply: WholeReply; expected: boolean } {
  const status = FairleadError.is(error) ? STATUS_OF[error.code] : undefined;
  if (status === undefined) return { reply: plainReply(500), expected: false };
  return { reply: plainReply(status, (error as FairleadError).message), expected: status < 500 };
}
