import { errorCode } from "../../base/files/error-code.ts";

/** What the system answers for a file, a cgroup or a process that does not exist (any more). */
const CODES: readonly (string | undefined)[] = ["ENOENT", "ENOTDIR", "ENODEV", "ESRCH"];

/** Whether an error says that its object does not exist (any more). */
export function isMissing(error: unknown): boolean {
  return CODES.includes(errorCode(error));
}
