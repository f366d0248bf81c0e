import { MesosApiError } from "./errors.ts";

/** A string that only its parser makes: a FrameworkId is never taken for an AgentId. */
type Id<Name extends string> = string & { readonly __id: Name };

export type FrameworkId = Id<"Framework">;
export type AgentId = Id<"Agent">;
export type OfferId = Id<"Offer">;
export type TaskId = Id<"Task">;
export type ExecutorId = Id<"Executor">;
/** The text form of a ContainerID message: `value`, or `parent.child` for a nested container. */
export type ContainerId = Id<"Container">;

/** The longest name of a directory on Linux: ids are names of directories. */
const MAX_ID_BYTES = 255;

const CONTROL_OR_SLASH = /[\u0000-\u001f\u007f/\\]/;

/** An id that breaks a rule; the message holds Mesos's words. */
export class IdError extends MesosApiError {
  override readonly name = "IdError";

  constructor(message: string) {
    super("ID_INVALID", message);
  }
}

/**
 * Why a text cannot be an id, in Mesos's words; undefined when it can.
 *
 * An id is 1 to 255 bytes of UTF-8 without control characters and slashes of either kind, and neither `.` nor `..`.
 *
 * Source: `validateID` in Mesos's `src/common/validation.cpp`.
 */
export function validateId(id: string): string | undefined {
  if (id === "") {
    return "ID must not be empty";
  }
  if (Buffer.byteLength(id) > MAX_ID_BYTES) {
    return `ID must not be greater than ${MAX_ID_BYTES} characters`;
  }
  if (id === "." || id === "..") {
    return `'${id}' is disallowed`;
  }
  // a lone surrogate has no UTF-8 form: two such ids would name the same directory
  if (CONTROL_OR_SLASH.test(id) || !id.isWellFormed()) {
    return `'${id}' contains invalid characters`;
  }
  return undefined;
}

export const parseFrameworkId = parser<FrameworkId>();
export const parseAgentId = parser<AgentId>();
export const parseOfferId = parser<OfferId>();
export const parseTaskId = parser<TaskId>();
export const parseExecutorId = parser<ExecutorId>();

function parser<T extends Id<string>>(): (text: string) => T {
  return (text) => {
    const error = validateId(text);
    if (error !== undefined) {
      throw new IdError(error);
    }
    // the one place where such an id is made
    return text as T;
  };
}
