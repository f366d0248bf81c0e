import { hasChain } from "@fairlead/netlink/nftables";
import type { Kernel } from "../plugin/kernel.ts";
import type { HostFamily } from "./host-table.ts";
import type { IptablesCommand } from "./iptables.ts";
import { legacyTable } from "./legacy-table.ts";

/**
 * Removes a chain that others made with iptables, in either kind of its tables, with the rules that lead to it. No error where there is none.
 *
 * Starts a process only where there is such a chain. Errors: code 999 with what iptables said.
 */
export function removeIptablesChain(kernel: Kernel, family: HostFamily, table: string, chain: string): void {
  if (hasChain(kernel.netfilter, { family, table, name: chain })) {
    removeChain(kernel.iptables.ofKind(family, "nf_tables"), table, chain);
  }
  if (legacyTable(family, table)?.includes(`${chain}\0`)) {
    removeChain(kernel.iptables.ofKind(family, "legacy"), table, chain);
  }
}

function removeChain(command: IptablesCommand | undefined, table: string, chain: string): void {
  if (command === undefined) return;
  const { chains, rules } = command.save(table);
  if (!chains.has(chain)) return;
  const leading = rules.filter((rule) => rule.split(" -j ").at(-1) === chain);
  command.restore(table, [...leading.map((rule) => rule.replace("-A", "-D")), `-F ${chain}`, `-X ${chain}`]);
}
