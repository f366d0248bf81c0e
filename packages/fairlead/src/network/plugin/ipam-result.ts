import { CniError, type CniResult, type JsonValue, LATEST_VERSION, parseResult } from "@fairlead/cni";
import { failure } from "./plugin-error.ts";

/** Parts of a result that stand in a configuration as they will in the result: `routes`, `dns`. Errors: code 999. */
export function readIpamResult({
  routes,
  dns,
}: {
  readonly routes?: JsonValue | undefined;
  readonly dns?: JsonValue | undefined;
}): Pick<CniResult, "routes" | "dns"> {
  try {
    return parseResult({ cniVersion: LATEST_VERSION, routes, dns }, LATEST_VERSION);
  } catch (error) {
    if (error instanceof CniError) throw failure(error.message, error);
    throw error;
  }
}
