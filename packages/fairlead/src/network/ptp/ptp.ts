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
import { addPtp } from "./add-ptp.ts";
import { checkPtp } from "./check-ptp.ts";
import { parsePtpConfig } from "./config.ts";

/**
 * `ptp`: a veth from the container to the host, which routes everything that the container sends.
 *
 * DEL returns before the kernel has deleted the veth, which is down by then. Beyond the reference plugin: an ADD that fails leaves nothing; GC.
 *
 * Source: https://www.cni.dev/plugins/current/main/ptp/
 */
export class Ptp implements BuiltInPlugin {
  add(kernel: Kernel, call: PluginCall, ipam: Ipam): JsonObject {
    return addPtp(kernel, call, ipam);
  }

  del(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
    const { ipMasq } = parsePtpConfig(call);
    const id = attachmentId(call);
    withContainerIfThere(kernel, call.netns, (container) => removeInterface(kernel, container, id));
    // not before: until the interface is down, its address is in use
    ipam.del();
    if (ipMasq) removeMasquerade(kernel, id, previousAddresses(call));
  }

  check(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
    checkPtp(kernel, call, ipam);
  }

  gc(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
    const network = networkName(call);
    const valid = validIds(call);
    collectVeths(kernel, network, valid);
    collectMasquerade(kernel, network, valid);
    ipam.gc();
  }

  status(_: Kernel, call: PluginCall, ipam: Ipam): void {
    parsePtpConfig(call);
    ipam.status();
  }
}
