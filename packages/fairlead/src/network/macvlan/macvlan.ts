import type { JsonObject, PluginCall } from "@fairlead/cni";
import { attachmentId } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { withContainerIfThere } from "../plugin/open-container.ts";
import { PluginErrorCode, pluginError } from "../plugin/plugin-error.ts";
import { removeInterface } from "../plugin/remove-interface.ts";
import { addMacvlan } from "./add-macvlan.ts";
import { checkMacvlan } from "./check-macvlan.ts";
import { parseMacvlanConfig } from "./config.ts";
import { findMaster } from "./master.ts";

/**
 * `macvlan`: a link in the container with a MAC address of its own upon a link of the host.
 *
 * DEL returns before the kernel has deleted the link, which is down by then. Beyond the reference plugin: an ADD that fails leaves nothing; STATUS
 * wants the master to be there.
 *
 * Source: https://www.cni.dev/plugins/current/main/macvlan/
 */
export class Macvlan implements BuiltInPlugin {
  add(kernel: Kernel, call: PluginCall, ipam: Ipam): JsonObject {
    return addMacvlan(kernel, call, ipam);
  }

  del(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
    parseMacvlanConfig(call);
    const id = attachmentId(call);
    withContainerIfThere(kernel, call.netns, (container) => removeInterface(kernel, container, id));
    // not before: until the interface is down, its address is in use
    ipam.del();
  }

  check(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
    checkMacvlan(kernel, call, ipam);
  }

  /** The links themselves go with their namespaces. */
  gc(_: Kernel, __: PluginCall, ipam: Ipam): void {
    ipam.gc();
  }

  status({ host }: Kernel, call: PluginCall, ipam: Ipam): void {
    const config = parseMacvlanConfig(call);
    if (!config.linkInContainer) requireMaster(() => findMaster(host, config));
    ipam.status();
  }
}

function requireMaster(find: () => unknown): void {
  try {
    find();
  } catch (error) {
    throw pluginError(
      PluginErrorCode.notAvailable,
      "the master is missing",
      error instanceof Error ? error.message : "",
    );
  }
}
