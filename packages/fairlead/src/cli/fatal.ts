import { FairleadError } from "../base/errors.ts";
import { REMEDIES } from "./remedies.ts";

/** The one line that tells why a command cannot go on: the code, what is wrong, and what to do about it. */
export function fatalLine(command: string, error: unknown): string {
  if (!FairleadError.is(error)) {
    return `${command}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  // Messages about flags end in their remedy already.
  const remedy = error.code.startsWith("FLAG_") ? "" : `; ${REMEDIES[error.code]}`;
  return `${command}: ${error.code}: ${error.message.replaceAll("\n", " ")}${remedy}`;
}
