import { createHash } from "node:crypto";
import { deleteRule, hasTable, listRules, transact } from "@fairlead/netlink/nftables";
import { HOST_FAMILIES } from "../firewall-table/host-table.ts";
import { removeIptablesChain } from "../firewall-table/iptables-chain.ts";
import type { AttachmentId } from "../plugin/attachment.ts";
import type { Kernel } from "../plugin/kernel.ts";

/** Where the newest reference plugin puts its rules when it is told to use nftables. */
const NFTABLES_TABLE = "cni_hostport";
const NFTABLES_CHAINS = ["hostports", "hostip_hostports", "masquerading"];

/**
 * Removes what the reference plugin keeps for a container: a chain of its own in the table `nat` of iptables, with rules that lead to it; or rules in a
 * table of its own, which name the container and not the network.
 *
 * Source: `portmap_iptables.go` and `portmap_nftables.go` of containernetworking/plugins.
 */
export function removeReferencePorts(kernel: Kernel, attachment: AttachmentId): void {
  const chain = referencePortChain(attachment);
  for (const family of HOST_FAMILIES) {
    removeIptablesChain(kernel, family, "nat", chain);
    if (!hasTable(kernel.netfilter, { family, name: NFTABLES_TABLE })) continue;
    for (const name of NFTABLES_CHAINS) {
      const place = { family, table: NFTABLES_TABLE, name };
      const rules = listRules(kernel.netfilter, place).filter(({ comment }) => comment === attachment.containerId);
      transact(
        kernel.netfilter,
        rules.map(({ handle }) => deleteRule(place, handle)),
      );
    }
  }
}

/** The name of a container's chain. */
export function referencePortChain({ network, containerId }: Pick<AttachmentId, "network" | "containerId">): string {
  const hash = createHash("sha512")
    .update(network + containerId)
    .digest("hex");
  return `CNI-DN-${hash}`.slice(0, 28);
}
