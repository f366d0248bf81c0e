import { type Cidr, formatIp } from "@fairlead/cni";
import { listRules } from "@fairlead/netlink/nftables";
import { type HostFamily, hostFamily } from "../firewall-table/host-table.ts";
import type { IptablesCommand } from "../firewall-table/iptables.ts";
import { legacyTable } from "../firewall-table/legacy-table.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { FORWARD_CHAIN } from "./accept-rule.ts";

/**
 * Removes the rules by which the reference plugin accepts packets of the addresses. Starts a process only where rules have one of them.
 *
 * Source: `plugins/meta/firewall/iptables.go` of containernetworking/plugins.
 */
export function removeReferenceRules(kernel: Kernel, ips: readonly Cidr[]): void {
  for (const [family, ofFamily] of Map.groupBy(ips, ({ address }) => hostFamily(address))) {
    if (ofFamily.some(({ address }) => isMentioned(kernel, family, address.bytes))) {
      removeRules(kernel.iptables.ofKind(family, "nf_tables"), ofFamily);
    }
    const legacy = legacyTable(family, "filter");
    if (ofFamily.some(({ address }) => legacy?.includes(address.bytes))) {
      removeRules(kernel.iptables.ofKind(family, "legacy"), ofFamily);
    }
  }
}

/** Whether any rule of the chain has the address in it. */
function isMentioned({ firewall }: Kernel, family: HostFamily, address: Uint8Array): boolean {
  const rules = firewall.remember(`rules of ${family} in ${FORWARD_CHAIN}`, (socket) => {
    return listRules(socket, { family, table: "filter", name: FORWARD_CHAIN }).map(({ expressions }) => expressions);
  });
  return rules.some((rule) => rule.includes(address));
}

function removeRules(command: IptablesCommand | undefined, ips: readonly Cidr[]): void {
  if (command === undefined) return;
  const ends = ips.map(({ address }) => `${formatIp(address)}/${address.bytes.length * 8}`);
  const rules = command.save("filter").rules.filter((rule) => {
    return ends.some((end) => {
      return (
        rule === `-A ${FORWARD_CHAIN} -s ${end} -j ACCEPT` ||
        (rule.startsWith(`-A ${FORWARD_CHAIN} -d ${end} `) && rule.endsWith("ESTABLISHED -j ACCEPT"))
      );
    });
  });
  if (rules.length === 0) return;
  command.restore(
    "filter",
    rules.map((rule) => rule.replace("-A", "-D")),
  );
}
