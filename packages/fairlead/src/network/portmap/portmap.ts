import { type CniResult, convertResult, type JsonObject, type PluginCall } from "@fairlead/cni";
import type { HostFamily } from "../firewall-table/host-table.ts";
import { checkPorts, collectPorts, mapPorts, requirePortMapping, unmapPorts } from "../host-ports/host-ports.ts";
import { toLane } from "../host-ports/lane.ts";
import { mappedAddresses } from "../host-ports/mapped-addresses.ts";
import { type PortPlan, planPorts } from "../host-ports/port-plan.ts";
import { attachmentId, resultVersion } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { failure } from "../plugin/plugin-error.ts";
import { readPrevResult } from "../plugin/prev-result.ts";
import { parseValidAttachments } from "../plugin/valid-attachments.ts";
import { parsePortmapConfig } from "./config.ts";
import { removeReferencePorts } from "./reference-ports.ts";

/**
 * `portmap`: ports of the host lead to a container.
 *
 * Beyond the reference plugin: a port is never given away while another attachment has it, the lookup of a packet costs the same however many ports
 * there are, packets to other hosts are never touched, DEL needs nothing but the names of the attachment, and does not mind a bad configuration; GC
 * and STATUS.
 *
 * Source: https://www.cni.dev/plugins/current/meta/portmap/
 */
export class Portmap implements BuiltInPlugin {
  add(kernel: Kernel, call: PluginCall): JsonObject {
    const owner = attachmentId(call);
    const config = parsePortmapConfig(call.config);
    const result = readPrevResult(call);
    if (result === undefined) throw failure("must be called as chained plugin");
    mapPorts(kernel, owner, plan(call, config, result));
    return convertResult(result, resultVersion(call));
  }

  del(kernel: Kernel, call: PluginCall): void {
    const owner = attachmentId(call);
    unmapPorts(kernel, owner);
    removeReferencePorts(kernel, owner);
  }

  check(kernel: Kernel, call: PluginCall): void {
    const owner = attachmentId(call);
    const config = parsePortmapConfig(call.config);
    const result = readPrevResult(call);
    if (result === undefined) throw failure("Required prevResult missing");
    checkPorts(kernel, owner, plan(call, config, result));
  }

  gc(kernel: Kernel, { config }: PluginCall): void {
    const { name } = config;
    if (typeof name !== "string") throw failure("missing network name");
    collectPorts(
      kernel,
      name,
      parseValidAttachments(config).map((valid) => ({ network: name, ...valid })),
    );
  }

  status(kernel: Kernel): void {
    requirePortMapping(kernel);
  }
}

function plan(
  { ifName = "" }: PluginCall,
  { mappings, masquerading, conditions }: ReturnType<typeof parsePortmapConfig>,
  result: CniResult,
): PortPlan {
  const words = (family: HostFamily) => (family === "ip" ? conditions.v4 : conditions.v6);
  return planPorts({
    mappings,
    addresses: mappedAddresses(result, ifName),
    masquerading,
    lane: (family) => toLane(family, words(family)),
  });
}
