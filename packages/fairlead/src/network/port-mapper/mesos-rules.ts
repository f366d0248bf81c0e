import { hasChain } from "@fairlead/netlink/nftables";
import type { IptablesCommand } from "../firewall-table/iptables.ts";
import { legacyTable } from "../firewall-table/legacy-table.ts";
import type { Kernel } from "../plugin/kernel.ts";

const TABLE = "nat";

/**
 * Removes the rules that Mesos's own plugin keeps for a container: in a chain of iptables, each with the container's id in its comment. The chain stays,
 * as it does with Mesos. No error where there is none.
 *
 * Starts a process only where there is such a chain, or in the older tables such a comment. Errors: code 999 with what iptables said.
 *
 * Source: Mesos, `PortMapper::delPortMapping` in `port_mapper.cpp`.
 */
export function removeMesosRules(kernel: Kernel, chain: string, containerId: string): void {
  if (hasChain(kernel.netfilter, { family: "ip", table: TABLE, name: chain })) {
    removeRules(kernel.iptables.ofKind("ip", "nf_tables"), chain, containerId);
  }
  if (legacyTable("ip", TABLE)?.includes(`${commentOf(containerId)}\0`)) {
    removeRules(kernel.iptables.ofKind("ip", "legacy"), chain, containerId);
  }
}

function removeRules(command: IptablesCommand | undefined, chain: string, containerId: string): void {
  if (command === undefined) return;
  const rules = rulesOfContainer(command.save(TABLE).rules, chain, containerId);
  if (rules.length === 0) return;
  command.restore(
    TABLE,
    rules.map((rule) => rule.replace("-A", "-D")),
  );
}

/** Those whose comment is the container's as a whole: `c1` is not `c1.child`. */
export function rulesOfContainer(rules: readonly string[], chain: string, containerId: string): string[] {
  const comment = ` --comment "${commentOf(containerId)}" `;
  return rules.filter((rule) => rule.startsWith(`-A ${chain} `) && rule.includes(comment));
}

function commentOf(containerId: string): string {
  return `container_id: ${containerId}`;
}
