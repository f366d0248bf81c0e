import {
  deleteChain,
  deleteRule,
  flushChain,
  hasChain,
  listRules,
  type NftChain,
  transact,
} from "@fairlead/netlink/nftables";
import type { AddContext } from "../plugin/add-context.ts";
import type { AttachmentId } from "../plugin/attachment.ts";
import type { Kernel } from "../plugin/kernel.ts";
import type { VethPair } from "../plugin/veth-pair.ts";
import { SPOOF_PART, SPOOF_SETS, spoofElements } from "./spoof-part.ts";

/** Where the reference plugin puts its rules. */
const REFERENCE_CHAIN: NftChain = { family: "bridge", table: "nat", name: "PREROUTING" };

/** `macspoofchk`: has frames dropped which a container sends from another MAC address than its own. */
export function checkSource({ kernel, attachment, undo }: AddContext, { hostName, mac }: VethPair): void {
  const elements = spoofElements(hostName, mac);
  kernel.firewall.put(attachment, elements, [SPOOF_PART]);
  undo.push(() => kernel.firewall.remove(attachment, elements));
}

/** Takes that back, and what the reference plugin has made for the container. No error for what is not there. */
export function uncheckSource(kernel: Kernel, id: AttachmentId): void {
  kernel.firewall.removeAll(id, SPOOF_SETS);
  removeReferenceCheck(kernel, id);
}

/** A rule that leads to a chain for each container, and that to another one. Source: `pkg/link/spoofcheck.go` of containernetworking/plugins. */
function removeReferenceCheck({ netfilter }: Kernel, { containerId, ifName }: AttachmentId): void {
  const own = `${containerId}-${ifName}`;
  const leading = listRules(netfilter, REFERENCE_CHAIN).filter(({ comment }) => comment === `macspoofchk-${own}`);
  const chains = [`cni-br-iface-${own}`, `cni-br-iface-${own}-mac`]
    .map((name) => ({ ...REFERENCE_CHAIN, name }))
    .filter((chain) => hasChain(netfilter, chain));
  transact(netfilter, [
    ...leading.map(({ handle }) => deleteRule(REFERENCE_CHAIN, handle)),
    ...chains.map(flushChain),
    ...chains.map(deleteChain),
  ]);
}
