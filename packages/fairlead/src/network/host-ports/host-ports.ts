import type { NetlinkSocket } from "@fairlead/netlink";
import { hasTable, listElements, type NftSet } from "@fairlead/netlink/nftables";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import { HOST_FAMILIES, hostTable } from "../firewall-table/host-table.ts";
import { ownerComment } from "../firewall-table/owner-comment.ts";
import type { AttachmentId } from "../plugin/attachment.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { failure, PluginErrorCode, pluginError } from "../plugin/plugin-error.ts";
import type { ChangedMapping } from "./connection-forgetter.ts";
import { anyAddressMap, listLanes, oneAddressMap } from "./lane.ts";
import { enableLocalRouting } from "./local-routing.ts";
import { loopbackGuard } from "./loopback-guard.ts";
import { masqueradingMap } from "./masquerading.ts";
import { requireFreePorts } from "./port-conflict.ts";
import { PROTOCOL_NUMBERS } from "./port-mapping.ts";
import type { PortPlan } from "./port-plan.ts";

/**
 * Has packets to ports of the host go to a container: of both families in one batch, all or nothing.
 *
 * Idempotent. UDP "connections" that the kernel remembers from before are forgotten soon: their next packet goes the new way then. Errors: code 999
 * when a port is mapped for another attachment; NetlinkError.
 */
export function mapPorts(kernel: Kernel, owner: AttachmentId, plan: PortPlan): void {
  if (plan.claims.length === 0) return;
  requireFreePorts(kernel.netfilter, owner, plan.claims);
  for (const { address } of plan.localTargets) enableLocalRouting(kernel.host, address);
  kernel.firewall.put(owner, plan.elements, allParts(plan));
  kernel.connections.forget(plan.claims.flatMap((claim) => toChange(claim.element, "added")));
}

/** Takes back all that was mapped for the attachment, whatever it was. No error for what is not there. */
export function unmapPorts(kernel: Kernel, owner: AttachmentId): void {
  const comment = ownerComment(owner);
  const sets = portSets(kernel.netfilter);
  const changes = sets.flatMap((set) => {
    const owned = listElements(kernel.netfilter, set, { comment });
    return owned.flatMap(({ key, data }) => toChange({ set, key, data }, "removed"));
  });
  kernel.firewall.removeAll(owner, sets);
  kernel.connections.forget(changes);
}

/** Throws code 999 when something of the plan is not in force. */
export function checkPorts(kernel: Kernel, owner: AttachmentId, plan: PortPlan): void {
  const missing = kernel.firewall.findMissing(owner, plan.elements);
  const claim = plan.claims.find(({ element }) => element === missing);
  if (claim !== undefined) {
    const version = claim.lane.family === "ip" ? "ipv4" : "ipv6";
    throw failure(`could not check ${version} dnat: host port ${claim.hostPort}/${claim.protocol} is not mapped`);
  }
  if (missing !== undefined) throw failure("could not check masquerading: the container's address is missing");
  if (!kernel.firewall.hasParts(allParts(plan))) throw failure("could not check dnat: chains are missing");
}

/** Takes back what was mapped for attachments to the network that are none of the valid ones. */
export function collectPorts(kernel: Kernel, network: string, valid: readonly AttachmentId[]): void {
  kernel.firewall.collect(network, valid, portSets(kernel.netfilter));
}

/** Throws code 50 when no port could be mapped now. */
export function requirePortMapping(kernel: Kernel): void {
  try {
    for (const family of HOST_FAMILIES) hasTable(kernel.netfilter, hostTable(family));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw pluginError(PluginErrorCode.notAvailable, `nftables cannot be used: ${reason}`);
  }
}

function allParts({ parts, localTargets }: PortPlan): PortPlan["parts"] {
  const all = localTargets.length === 0 ? parts : [...parts, loopbackGuard];
  return [...new Map(all.map((part) => [part.name, part])).values()];
}

/** All sets that may hold ports of an attachment. */
export function portSets(socket: NetlinkSocket): NftSet[] {
  return HOST_FAMILIES.flatMap((family) => [
    ...listLanes(socket, family).flatMap((lane) => [anyAddressMap(lane), oneAddressMap(lane)]),
    masqueradingMap(family),
  ]);
}

/** An element whose key ends in protocol and port, as a change of what happens to UDP; nothing for others. */
function toChange({ set, key, data }: FirewallElement, change: ChangedMapping["change"]): ChangedMapping[] {
  const [protocol, port] = key.slice(-2);
  const target = data === undefined || "kind" in data ? undefined : data[0];
  if (protocol?.[0] !== PROTOCOL_NUMBERS.udp || port === undefined || target === undefined) return [];
  const family = set.family === "ip" ? 4 : 6;
  const hostAddress = key.length > 2 ? key[0] : undefined;
  return [{ family, hostPort: Buffer.from(port).readUInt16BE(), hostAddress, target, change }];
}
