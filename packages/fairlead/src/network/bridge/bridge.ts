import type { JsonObject, PluginCall } from "@fairlead/cni";
import { collectMasquerade, removeMasquerade } from "../masquerade/masquerade.ts";
import { attachmentId, networkName } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import { collectVeths } from "../plugin/collect-veths.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { withContainerIfThere } from "../plugin/open-container.ts";
import { previousAddresses } from "../plugin/previous-addresses.ts";
import { removeInterface } from "../plugin/remove-interface.ts";
import { validIds } from "../plugin/valid-ids.ts";
import { addBridge } from "./add-bridge.ts";
import { checkBridge } from "./check-bridge.ts";
import { parseBridgeConfig } from "./config.ts";
import { uncheckSource } from "./spoof-check.ts";
import { SPOOF_SETS } from "./spoof-part.ts";

/**
 * `bridge`: a veth from the container to a bridge of the host, which is made where it is missing.
 *
 * DEL returns before the kernel has deleted the veth, which is down by then. Beyond the reference plugin: an ADD that fails leaves nothing; GC.
 *
 * Source: https://www.cni.dev/plugins/current/main/bridge/
 */
export class Bridge implements BuiltInPlugin {
  add(kernel: Kernel, call: PluginCall, ipam: Ipam): JsonObject {
    return addBridge(kernel, call, ipam);
  }

  del(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
    const config = parseBridgeConfig(call);
    const id = attachmentId(call);
    withContainerIfThere(kernel, call.netns, (container) => removeInterface(kernel, container, id));
    // not before: until the interface is down, its address is in use
    ipam.del();
    if (config.macSpoofCheck) uncheckSource(kernel, id);
    if (config.ipMasq && config.hasIpam) removeMasquerade(kernel, id, previousAddresses(call));
  }

  check(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
    checkBridge(kernel, call, ipam);
  }

  gc(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
    const network = networkName(call);
    const valid = validIds(call);
    collectVeths(kernel, network, valid);
    collectMasquerade(kernel, network, valid);
    kernel.firewall.collect(network, valid, SPOOF_SETS);
    ipam.gc();
  }

  status(_: Kernel, call: PluginCall, ipam: Ipam): void {
    parseBridgeConfig(call);
    ipam.status();
  }
}
