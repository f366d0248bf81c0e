import { CniError, type CniResult, convertResult, type JsonObject, type PluginCall } from "@fairlead/cni";
import { resultVersion } from "./attachment.ts";
import { failure } from "./plugin-error.ts";

/** A result in the version that the call asks for. Errors: code 999 where that cannot say it, as versions before 0.3.0 cannot do without addresses. */
export function toResult(call: Pick<PluginCall, "config">, result: CniResult): JsonObject {
  try {
    return convertResult(result, resultVersion(call));
  } catch (error) {
    if (error instanceof CniError) throw failure("cannot convert: no valid IP addresses", error);
    throw error;
  }
}
