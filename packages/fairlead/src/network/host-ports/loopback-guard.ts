import {
  bitwise,
  ChainPriority,
  ConnectionState,
  ConnectionStatus,
  compare,
  field,
  interfaceName,
  loadConnection,
  loadMeta,
  loadPayload,
  u32,
  verdict,
} from "@fairlead/netlink/nftables";
import type { FirewallPart } from "../firewall-table/firewall-part.ts";
import { hostChain } from "../firewall-table/host-table.ts";

/**
 * Keeps what only listens on 127.0.0.1 out of reach of containers: an interface that lets answers to 127.0.0.1 pass (`route_localnet`) would let them
 * reach it, too (CVE-2020-8558). What is answered, and what somebody's rules sent there, passes.
 *
 *     iifname != "lo" ip daddr 127.0.0.0/8 ct state != established,related ct status != dnat drop
 */
export const loopbackGuard: FirewallPart = {
  name: "ports_loopback ip",
  family: "ip",
  sets: [],
  chains: [
    {
      chain: hostChain("ip", "ports_loopback"),
      hook: { type: "filter", hook: "input", priority: ChainPriority.filter },
      rules: [
        [
          loadMeta("iifname"),
          compare("!=", interfaceName("lo")),
          loadPayload({ ...field.destinationAddress.ip, bytes: 1 }),
          compare("==", Buffer.from([127])),
          loadConnection("state"),
          bitwise(u32(ConnectionState.established | ConnectionState.related)),
          compare("==", u32(0)),
          loadConnection("status"),
          bitwise(u32(ConnectionStatus.destinationNat)),
          compare("==", u32(0)),
          verdict({ kind: "drop" }),
        ],
      ],
    },
  ],
};
