import {
  interfaceName,
  loadMeta,
  loadPayload,
  lookupSet,
  type NftSet,
  type PayloadField,
  verdict,
} from "@fairlead/netlink/nftables";
import type { FirewallPart } from "../firewall-table/firewall-part.ts";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import { hostChain, hostTable } from "../firewall-table/host-table.ts";

/** That of bridges for destination NAT: before anything else looks at a frame. */
const PRIORITY = -300;
/** Behind the name of an interface, which fills four registers. */
const AFTER_NAME = 4;
const SOURCE_MAC: PayloadField = { base: "link", offset: 6, bytes: 6 };

const { family, name: table } = { ...hostTable("bridge"), family: "bridge" } as const;

/** The ports whose senders are checked, and what each may send from. */
const PORTS: NftSet = { family, table, name: "checked_ports", key: ["ifname"] };
const SOURCES: NftSet = { family, table, name: "port_sources", key: ["ifname", "ether_addr"] };

export const SPOOF_SETS: readonly NftSet[] = [PORTS, SOURCES];

/**
 * What drops frames from containers that pretend to be others: two looks into hash tables, however many there are.
 *
 *     iifname . ether saddr @port_sources accept
 *     iifname @checked_ports drop
 */
export const SPOOF_PART: FirewallPart = {
  name: "bridge source check",
  family,
  sets: SPOOF_SETS,
  chains: [
    {
      chain: hostChain(family, "source_check"),
      hook: { type: "filter", hook: "prerouting", priority: PRIORITY },
      rules: [
        [
          loadMeta("iifname"),
          loadPayload(SOURCE_MAC, AFTER_NAME),
          lookupSet(SOURCES.name),
          verdict({ kind: "accept" }),
        ],
        [loadMeta("iifname"), lookupSet(PORTS.name), verdict({ kind: "drop" })],
      ],
    },
  ],
};

/** What has the sender at a port checked. */
export function spoofElements(port: string, mac: string): FirewallElement[] {
  const name = interfaceName(port);
  return [
    { set: SOURCES, key: [name, Buffer.from(mac.replaceAll(":", ""), "hex")] },
    { set: PORTS, key: [name] },
  ];
}
