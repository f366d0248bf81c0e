import type { Cidr } from "@fairlead/cni";
import {
  bitwise,
  ChainPriority,
  ConnectionState,
  compare,
  field,
  loadConnection,
  loadMeta,
  loadPayload,
  lookupSet,
  type NftExpression,
  type NftSet,
  setMark,
  u32,
} from "@fairlead/netlink/nftables";
import type { FirewallPart } from "../firewall-table/firewall-part.ts";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import { addressKey, addressSet, type HostFamily, hostChain, hostFamily } from "../firewall-table/host-table.ts";

/**
 * Says of a forwarded packet that it is accepted, to the one rule that iptables have for it; from there on it is taken off again. A bit that nobody
 * among kube-proxy (0x4000, 0x8000), portmap (0x2000), Cilium (0x0f00 and the upper half), Docker and Tailscale (the upper half) uses.
 */
export const ACCEPTED_MARK = 0x1000;

const ACCEPTED = u32(ACCEPTED_MARK);
const OTHERS = u32(~ACCEPTED_MARK >>> 0);
const mark: readonly NftExpression[] = [loadMeta("mark"), bitwise(OTHERS, ACCEPTED), setMark()];
const unmark: readonly NftExpression[] = [loadMeta("mark"), bitwise(OTHERS), setMark()];

/** Addresses of containers. */
export function acceptedSet(family: HostFamily): NftSet {
  return addressSet(family, "firewall");
}

/**
 * Marks packets that the reference plugin accepts: all from known containers, and answers to them. Marking is all that can be done: what one table
 * accepts another may still drop, as iptables do where Docker set their policy.
 *
 *     ip saddr @firewall mark
 *     ip daddr @firewall ct state established,related mark
 */
export function acceptPart(family: HostFamily): FirewallPart {
  const { name } = acceptedSet(family);
  return {
    name: `firewall ${family}`,
    family,
    sets: [acceptedSet(family)],
    chains: [
      {
        chain: hostChain(family, "firewall_forward"),
        hook: { type: "filter", hook: "forward", priority: ChainPriority.filter - 5 },
        rules: [
          [loadPayload(field.sourceAddress[family]), lookupSet(name), ...mark],
          [
            loadPayload(field.destinationAddress[family]),
            lookupSet(name),
            loadConnection("state"),
            bitwise(u32(ConnectionState.established | ConnectionState.related)),
            compare("!=", u32(0)),
            ...mark,
          ],
        ],
      },
      {
        chain: hostChain(family, "firewall_postrouting"),
        // first of all there: others may look at marks, and so may queueing
        hook: { type: "filter", hook: "postrouting", priority: ChainPriority.raw },
        rules: [[loadMeta("mark"), bitwise(ACCEPTED), compare("!=", u32(0)), ...unmark]],
      },
    ],
  };
}

export function acceptedElement({ address }: Cidr): FirewallElement {
  return { set: acceptedSet(hostFamily(address)), key: addressKey(address) };
}
