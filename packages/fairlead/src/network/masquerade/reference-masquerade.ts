import { createHash } from "node:crypto";
import { deleteRule, hasChain, listRules, type NftChain, transact } from "@fairlead/netlink/nftables";
import { HOST_FAMILIES } from "../firewall-table/host-table.ts";
import { removeIptablesChain } from "../firewall-table/iptables-chain.ts";
import { legacyTable } from "../firewall-table/legacy-table.ts";
import type { AttachmentId } from "../plugin/attachment.ts";
import type { Kernel } from "../plugin/kernel.ts";

/** Where the newest reference plugins put their rules when they are told to use nftables. */
const NFTABLES_CHAIN: NftChain = { family: "inet", table: "cni_plugins_masquerade", name: "masq_checks" };

/**
 * Removes what the reference plugins keep for a container with `ipMasq`: a chain of its own in the table `nat` of iptables, with rules that lead to
 * it; or rules in a table of theirs. Starts a process only where there is such a chain.
 *
 * Source: `pkg/ip/ipmasq_iptables_linux.go` and `ipmasq_nftables_linux.go` of containernetworking/plugins.
 */
export function removeReferenceMasquerade(kernel: Kernel, attachment: AttachmentId): void {
  const chain = referenceChain(attachment);
  for (const family of HOST_FAMILIES) removeIptablesChain(kernel, family, "nat", chain);
  const mark = referenceComment(attachment);
  const rules = listRules(kernel.netfilter, NFTABLES_CHAIN).filter(({ comment }) => comment?.startsWith(mark));
  transact(
    kernel.netfilter,
    rules.map(({ handle }) => deleteRule(NFTABLES_CHAIN, handle)),
  );
}

/** Whether there is something of it for a container. */
export function hasReferenceMasquerade({ netfilter }: Kernel, attachment: AttachmentId): boolean {
  const chain = referenceChain(attachment);
  const isInTables = HOST_FAMILIES.some((family) => {
    return (
      hasChain(netfilter, { family, table: "nat", name: chain }) || legacyTable(family, "nat")?.includes(`${chain}\0`)
    );
  });
  const mark = referenceComment(attachment);
  return isInTables || listRules(netfilter, NFTABLES_CHAIN).some(({ comment }) => comment?.startsWith(mark));
}

/** The name of a container's chain. */
export function referenceChain({ network, containerId }: AttachmentId): string {
  return `CNI-${sha512(network + containerId)}`.slice(0, 28);
}

/** What the comments of a container's rules begin with. */
export function referenceComment({ network, containerId, ifName }: AttachmentId): string {
  return `${sha512(network).slice(0, 16)}-${sha512(`${ifName}:${containerId}`).slice(0, 16)}`;
}

function sha512(text: string): string {
  return createHash("sha512").update(text).digest("hex");
}
