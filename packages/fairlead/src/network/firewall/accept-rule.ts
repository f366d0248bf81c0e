import type { NetlinkSocket } from "@fairlead/netlink";
import { listRules } from "@fairlead/netlink/nftables";
import type { HostFamily } from "../firewall-table/host-table.ts";
import type { IptablesCommand, IptablesTable } from "../firewall-table/iptables.ts";
import { legacyTable } from "../firewall-table/legacy-table.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { ACCEPTED_MARK } from "./accept-part.ts";

/** The chain of the reference plugin, in which it accepts packets itself. */
export const FORWARD_CHAIN = "CNI-FORWARD";
/** By which the reference plugin names its own rules. */
const FORWARD_COMMENT = "CNI firewall plugin rules";
const ADMIN_COMMENT = "CNI firewall plugin admin overrides";
const ACCEPT_COMMENT = "CNI firewall plugin rules (accepted by fairlead)";
const MARK = `0x${ACCEPTED_MARK.toString(16)}`;

/**
 * Has iptables accept what is marked: one rule, in the reference plugin's own chain, behind the chain of the administrator. Where they are not
 * installed, nobody drops by them.
 */
export function ensureAcceptRule(kernel: Kernel, family: HostFamily, adminChain: string): void {
  const command = iptablesOf(kernel, family);
  if (command === undefined || isSeen(kernel, command, family, adminChain)) return;
  const lines = missingLines(command.save("filter"), adminChain);
  if (lines.length > 0) command.restore("filter", lines);
}

/** Whether the rule is there, or needless. */
export function hasAcceptRule(kernel: Kernel, family: HostFamily, adminChain: string): boolean {
  const command = iptablesOf(kernel, family);
  if (command === undefined || isSeen(kernel, command, family, adminChain)) return true;
  return missingLines(command.save("filter"), adminChain).length === 0;
}

/** Who installs them later changes rule sets with them. */
function iptablesOf({ firewall, iptables }: Kernel, family: HostFamily): IptablesCommand | undefined {
  return firewall.remember(`iptables of ${family}`, () => iptables.preferred(family));
}

/** What `iptables-restore` has to be told so that packets come from FORWARD to the administrator's chain, then to the rule. */
export function missingLines({ chains, rules }: IptablesTable, adminChain: string): string[] {
  const lines: string[] = [];
  for (const chain of [FORWARD_CHAIN, adminChain]) {
    // one that is there would lose its rules
    if (!chains.has(chain)) lines.push(`:${chain} - [0:0]`);
  }
  if (!hasJump(rules, "FORWARD", FORWARD_CHAIN)) {
    lines.push(`-I FORWARD -m comment --comment "${FORWARD_COMMENT}" -j ${FORWARD_CHAIN}`);
  }
  if (!hasJump(rules, FORWARD_CHAIN, adminChain)) {
    lines.push(`-I ${FORWARD_CHAIN} -m comment --comment "${ADMIN_COMMENT}" -j ${adminChain}`);
  }
  if (!rules.some((rule) => rule.startsWith(`-A ${FORWARD_CHAIN} `) && rule.includes(ACCEPT_COMMENT))) {
    lines.push(`-A ${FORWARD_CHAIN} -m mark --mark ${MARK}/${MARK} -m comment --comment "${ACCEPT_COMMENT}" -j ACCEPT`);
  }
  return lines;
}

function hasJump(rules: readonly string[], from: string, to: string): boolean {
  return rules.some((rule) => rule.startsWith(`-A ${from} `) && rule.endsWith(` -j ${to}`));
}

/** Whether a look at the rules shows that all is there; where it does not, the command knows better. */
function isSeen(kernel: Kernel, { kind }: IptablesCommand, family: HostFamily, adminChain: string): boolean {
  if (kind === "legacy") {
    // jumps are numbers there
    const signs = [`${FORWARD_COMMENT}\0`, `${ADMIN_COMMENT}\0`, `${adminChain}\0`, ACCEPT_COMMENT];
    const entries = legacyTable(family, "filter");
    return entries !== undefined && signs.every((sign) => entries.includes(sign));
  }
  return kernel.firewall.remember(`accept rule of ${family} behind ${adminChain}`, (socket) => {
    return (
      isAnyRuleWith(socket, family, "FORWARD", `${FORWARD_CHAIN}\0`) &&
      isAnyRuleWith(socket, family, FORWARD_CHAIN, `${adminChain}\0`) &&
      isAnyRuleWith(socket, family, FORWARD_CHAIN, ACCEPT_COMMENT)
    );
  });
}

function isAnyRuleWith(socket: NetlinkSocket, family: HostFamily, chain: string, text: string): boolean {
  return listRules(socket, { family, table: "filter", name: chain }).some(({ comment, expressions }) => {
    return comment === text || expressions.includes(text);
  });
}
