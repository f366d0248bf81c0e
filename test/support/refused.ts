import assert from "node:assert/strict";
import { FairleadProcess } from "./fairlead-process.ts";

/** Runs a command that cannot start, and gives its last line. */
export async function refused(command: string, flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const process = new FairleadProcess(command, flags, env);
  const { code } = await process.exited;
  assert.equal(code, 1, process.log.join("\n"));
  return process.log.at(-1) ?? "";
}
