import type { CniResult, PluginCall } from "@fairlead/cni";
import { failure } from "./plugin-error.ts";
import { readPrevResult } from "./prev-result.ts";

/** What ADD gave, for a CHECK. Errors: code 999 where the runtime does not say. */
export function requirePrevResult(call: PluginCall): CniResult {
  const result = readPrevResult(call);
  if (result === undefined) throw failure("Required prevResult missing");
  return result;
}
