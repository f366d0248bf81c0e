import { CniError, type JsonObject, type PluginCall } from "@fairlead/cni";
import { NetlinkError } from "@fairlead/netlink";
import type { HostFamily } from "../firewall-table/host-table.ts";
import { checkPorts, collectPorts, mapPorts, requirePortMapping, unmapPorts } from "../host-ports/host-ports.ts";
import { toLane } from "../host-ports/lane.ts";
import { mappedAddresses } from "../host-ports/mapped-addresses.ts";
import { type PortPlan, planPorts } from "../host-ports/port-plan.ts";
import { attachmentId } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { pluginError } from "../plugin/plugin-error.ts";
import { readPrevResult } from "../plugin/prev-result.ts";
import { parseValidAttachments } from "../plugin/valid-attachments.ts";
import { type PortMapperConfig, PortMapperErrorCode, parsePortMapperConfig } from "./config.ts";
import { removeMesosRules } from "./mesos-rules.ts";

/**
 * The part of `mesos-cni-port-mapper` that maps ports; what its delegate gave is in `prevResult`, see `delegation.ts`.
 *
 * As with Mesos's plugin, ports are reached at every address of the host but 127.0.0.0/8, and nobody's address is changed. Beyond it: IPv6; all of
 * `excludeDevices` count; a port is never given away while another container has it; mappings belong to one attachment, not to all containers whose
 * ids begin alike; CHECK, GC and STATUS. `chain` only groups the mappings, in chains of its name in our table.
 *
 * Errors: code 103.
 */
export class PortMapper implements BuiltInPlugin {
  add(kernel: Kernel, call: PluginCall): JsonObject {
    const plan = toPlan(call, parsePortMapperConfig(call.config));
    withCode(() => mapPorts(kernel, attachmentId(call), plan));
    return {};
  }

  del(kernel: Kernel, call: PluginCall): void {
    const { chain } = parsePortMapperConfig(call.config);
    const owner = attachmentId(call);
    withCode(() => {
      unmapPorts(kernel, owner);
      removeMesosRules(kernel, chain, owner.containerId);
    });
  }

  check(kernel: Kernel, call: PluginCall): void {
    const plan = toPlan(call, parsePortMapperConfig(call.config));
    withCode(() => checkPorts(kernel, attachmentId(call), plan));
  }

  gc(kernel: Kernel, { config }: PluginCall): void {
    parsePortMapperConfig(config);
    const network = String(config.name);
    const valid = parseValidAttachments(config).map((attachment) => ({ network, ...attachment }));
    withCode(() => collectPorts(kernel, network, valid));
  }

  status(kernel: Kernel): void {
    requirePortMapping(kernel);
  }
}

function toPlan(call: PluginCall, { chain, excludeDevices, mappings }: PortMapperConfig): PortPlan {
  const result = readPrevResult(call);
  if (result === undefined) throw pluginError(PortMapperErrorCode.delegate, "the delegate plugin gave no result");
  const devices = excludeDevices.flatMap((device) => ["!", "-i", device]);
  const loopback = (family: HostFamily) => ["!", "-d", family === "ip" ? "127.0.0.0/8" : "::1"];
  return planPorts({
    mappings,
    addresses: mappedAddresses(result, call.ifName ?? ""),
    masquerading: "none",
    lane: (family) => toLane(family, [...devices, ...loopback(family)], chain),
  });
}

function withCode<T>(change: () => T): T {
  try {
    return change();
  } catch (error) {
    if (error instanceof NetlinkError && error.code === "NETLINK_NAMESPACE_LOST") throw error;
    if (error instanceof CniError) throw error.with({ pluginCode: PortMapperErrorCode.portMapping });
    throw pluginError(PortMapperErrorCode.portMapping, error instanceof Error ? error.message : String(error));
  }
}
