import { type Cidr, formatIp } from "@fairlead/cni";
import { HOST_FAMILIES, hostFamily } from "../firewall-table/host-table.ts";
import type { AttachmentId } from "../plugin/attachment.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { failure } from "../plugin/plugin-error.ts";
import { masqueradeBase, masqueradeElement, masqueradeMap, masqueradeSubnet } from "./masquerade-part.ts";
import { hasReferenceMasquerade, removeReferenceMasquerade } from "./reference-masquerade.ts";

/**
 * Gives packets from addresses of a container an address of the host as their source, on their way to anywhere but the addresses' own subnets and
 * multicast groups: `ipMasq` of `bridge` and `ptp`. Takes an address over from whoever had it.
 *
 * Idempotent. All or nothing. Errors: NetlinkError.
 */
export function addMasquerade(kernel: Kernel, owner: AttachmentId, ips: readonly Cidr[]): void {
  const parts = ips.flatMap((ip) => [masqueradeBase(hostFamily(ip.address)), masqueradeSubnet(ip)]);
  kernel.firewall.put(owner, ips.map(masqueradeElement), unique(parts));
}

/**
 * Takes that back, for the addresses or, where they are not known any more, for all that the container has; what the reference plugins have made for
 * it, too. No error for what is not there.
 */
export function removeMasquerade(kernel: Kernel, owner: AttachmentId, ips?: readonly Cidr[]): void {
  if (ips === undefined) kernel.firewall.removeAll(owner, HOST_FAMILIES.map(masqueradeMap));
  else kernel.firewall.remove(owner, ips.map(masqueradeElement));
  removeReferenceMasquerade(kernel, owner);
}

/** Throws code 999 when packets from one of the addresses are not masqueraded any more, by us or by what the reference plugins made. */
export function checkMasquerade(kernel: Kernel, owner: AttachmentId, ips: readonly Cidr[]): void {
  const missing = kernel.firewall.findMissing(owner, ips.map(masqueradeElement));
  const isWhole = kernel.firewall.hasParts(ips.map((ip) => masqueradeBase(hostFamily(ip.address))));
  if (missing === undefined && isWhole) return;
  if (hasReferenceMasquerade(kernel, owner)) return;
  const lost = ips.find((ip) => masqueradeElement(ip).key[0] === missing?.key[0]) ?? ips[0];
  throw failure(`masquerading of ${lost === undefined ? "the container" : formatIp(lost.address)} is missing`);
}

/** Takes back what was added for attachments to the network that are none of the valid ones. */
export function collectMasquerade(kernel: Kernel, network: string, valid: readonly AttachmentId[]): void {
  kernel.firewall.collect(network, valid, HOST_FAMILIES.map(masqueradeMap));
}

function unique<T extends { readonly name: string }>(parts: readonly T[]): T[] {
  return [...new Map(parts.map((part) => [part.name, part])).values()];
}
