import { ChainPriority, interfaceName, loadMeta, lookupSet, type NftSet, verdict } from "@fairlead/netlink/nftables";
import type { FirewallPart } from "../firewall-table/firewall-part.ts";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import { type HostFamily, hostChain, hostTable } from "../firewall-table/host-table.ts";

/** Bridges with a policy. */
function bridges(family: HostFamily): NftSet {
  return { family, table: hostTable(family).name, name: "firewall_bridges", key: ["ifname"] };
}

/** Pairs of a bridge and itself: between two sets of keys nftables know no "is the same". */
function pairs(family: HostFamily, name: string): NftSet {
  return { family, table: hostTable(family).name, name, key: ["ifname", "ifname"] };
}

function samePairs(family: HostFamily): NftSet {
  return pairs(family, "firewall_same_bridge");
}

function isolatedPairs(family: HostFamily): NftSet {
  return pairs(family, "firewall_isolated");
}

/** The second of two names of interfaces: each takes four registers. */
const SECOND = 4;

/**
 * Drops what the policies of bridges forbid, before anybody may accept it.
 *
 *     iifname . oifname @firewall_isolated drop
 *     iifname @firewall_bridges oifname @firewall_bridges iifname . oifname != @firewall_same_bridge drop
 */
export function isolationPart(family: HostFamily): FirewallPart {
  const names = [loadMeta("iifname"), loadMeta("oifname", SECOND)];
  const drop = verdict({ kind: "drop" });
  return {
    name: `firewall isolation ${family}`,
    family,
    sets: [bridges(family), samePairs(family), isolatedPairs(family)],
    chains: [
      {
        chain: hostChain(family, "firewall_isolation"),
        hook: { type: "filter", hook: "forward", priority: ChainPriority.filter - 10 },
        rules: [
          [...names, lookupSet(isolatedPairs(family).name), drop],
          [
            ...names,
            lookupSet(bridges(family).name),
            lookupSet(bridges(family).name, { from: SECOND }),
            lookupSet(samePairs(family).name, { inverted: true }),
            drop,
          ],
        ],
      },
    ],
  };
}

/** What puts a bridge under a policy. */
export function isolationElements(
  family: HostFamily,
  bridge: string,
  policy: "same-bridge" | "isolated",
): FirewallElement[] {
  const name = interfaceName(bridge);
  return [
    { set: bridges(family), key: [name] },
    { set: samePairs(family), key: [name, name] },
    ...(policy === "isolated" ? [{ set: isolatedPairs(family), key: [name, name] }] : []),
  ];
}
