import type { JsonObject, PluginCall } from "@fairlead/cni";
import type { Ipam } from "./ipam.ts";
import type { Kernel } from "./kernel.ts";

/**
 * A CNI plugin that runs in the network thread: the same configuration in, the same result out, the same files on disk as the reference plugin of
 * its type, and no process. Which versions of the spec it gets: `built-in-types.ts`.
 *
 * All methods are synchronous: what they do is system calls, which the thread makes one after the other. They get a configuration that nobody has
 * looked at yet, validate it whole before they change anything, and take back what they did when they fail half way. DEL does not mind what is
 * missing. Errors: CniError `CNI_PLUGIN_FAILED` with the reference plugin's own code (`plugin-error.ts`); what the kernel refuses may be thrown as
 * the NetlinkError that it is.
 *
 * Source: CNI spec 1.1.0, sections 2 and 4; https://www.cni.dev/plugins/current/ for each plugin.
 */
export interface BuiltInPlugin {
  /** Gives the result in the version of `call.config.cniVersion`. */
  add(kernel: Kernel, call: PluginCall, ipam: Ipam): JsonObject;
  del(kernel: Kernel, call: PluginCall, ipam: Ipam): void;
  check(kernel: Kernel, call: PluginCall, ipam: Ipam): void;
  /** Removes everything of the network that belongs to no attachment of `cni.dev/valid-attachments`. */
  gc(kernel: Kernel, call: PluginCall, ipam: Ipam): void;
  /** Throws code 50 when an ADD could not work now, 51 when it would with reduced connectivity. */
  status(kernel: Kernel, call: PluginCall, ipam: Ipam): void;
}
