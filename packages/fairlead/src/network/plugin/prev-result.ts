import { type CniResult, isJsonObject, type PluginCall, parseResult } from "@fairlead/cni";
import { resultVersion } from "./attachment.ts";
import { failure } from "./plugin-error.ts";

/**
 * The result of the plugins before in the chain; undefined where there is none. Errors: code 999, as the reference plugins.
 *
 * Source: CNI spec 1.1.0, section 3, "Attachment Parameters".
 */
export function readPrevResult(call: PluginCall): CniResult | undefined {
  const { prevResult } = call.config;
  if (prevResult === undefined || prevResult === null) return undefined;
  if (!isJsonObject(prevResult)) throw failure("could not parse prevResult: it is not an object");
  try {
    return parseResult(prevResult, resultVersion(call));
  } catch (error) {
    throw failure(`could not parse prevResult: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
