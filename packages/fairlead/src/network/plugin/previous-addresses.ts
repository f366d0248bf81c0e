import type { Cidr, PluginCall } from "@fairlead/cni";
import { assignedAddresses } from "./container-addresses.ts";
import { readPrevResult } from "./prev-result.ts";

/** The addresses that ADD gave, as far as a DEL is told: undefined where it is not, or where what it is told cannot be read. */
export function previousAddresses(call: PluginCall): Cidr[] | undefined {
  try {
    const ips = readPrevResult(call)?.ips ?? [];
    return ips.length === 0 ? undefined : assignedAddresses({ ips });
  } catch {
    // DEL goes by what the kernel knows then
    return undefined;
  }
}
