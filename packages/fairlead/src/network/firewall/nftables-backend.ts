import { type Cidr, formatIp } from "@fairlead/cni";
import { type HostFamily, hostFamily } from "../firewall-table/host-table.ts";
import { failure } from "../plugin/plugin-error.ts";
import { acceptedElement, acceptPart } from "./accept-part.ts";
import { ensureAcceptRule, hasAcceptRule } from "./accept-rule.ts";
import type { FirewallBackend } from "./backend.ts";
import { removeReferenceRules } from "./reference-rules.ts";

/** Elements of our table, and one rule of iptables for all of them: what the configuration calls `iptables`. */
export const nftablesBackend: FirewallBackend = {
  add(kernel, owner, ips, { adminChain }) {
    const families = familiesOf(ips);
    for (const family of families) ensureAcceptRule(kernel, family, adminChain);
    kernel.firewall.put(owner, ips.map(acceptedElement), families.map(acceptPart));
  },

  remove(kernel, owner, ips) {
    kernel.firewall.remove(owner, ips.map(acceptedElement));
    removeReferenceRules(kernel, ips);
  },

  check(kernel, owner, ips, { adminChain }) {
    const lost = ips.find((ip) => kernel.firewall.findMissing(owner, [acceptedElement(ip)]) !== undefined);
    if (lost !== undefined) throw failure(`expected rules for ${formatIp(lost.address)} not found`);
    for (const family of familiesOf(ips)) {
      if (!kernel.firewall.hasParts([acceptPart(family)])) throw failure(`expected ${family} rules not found`);
      if (!hasAcceptRule(kernel, family, adminChain)) throw failure("expected FORWARD rules not found");
    }
  },
};

export function familiesOf(ips: readonly Cidr[]): HostFamily[] {
  return [...new Set(ips.map(({ address }) => hostFamily(address)))];
}
