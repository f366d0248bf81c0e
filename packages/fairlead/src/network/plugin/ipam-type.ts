import { isJsonObject, type PluginCall } from "@fairlead/cni";
import { failure } from "./plugin-error.ts";

/** The type of the IPAM plugin of a configuration; undefined where none is named. Errors: code 999, as the reference plugins have it. */
export function ipamType({ config }: Pick<PluginCall, "config">): string | undefined {
  const { ipam } = config;
  if (ipam === undefined || ipam === null) return undefined;
  if (!isJsonObject(ipam)) throw failure("'ipam' must be an object");
  const { type } = ipam;
  if (type === undefined || type === "") return undefined;
  if (typeof type !== "string") throw failure("'ipam.type' must be a string");
  return type;
}
