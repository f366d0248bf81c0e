/** `IFLA_…`. Source: `include/uapi/linux/if_link.h`. */
export const LinkAttribute = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  protocolInfo: 12,
  txQueueLength: 13,
  operationalState: 16,
  info: 18,
  alias: 20,
  statistics: 23,
  familySpecific: 26,
  group: 27,
  namespaceFd: 28,
  extensionMask: 29,
  linkNamespaceId: 37,
} as const;

/** `IFLA_INFO_…`, within `info`. */
export const InfoAttribute = { kind: 1, data: 2, portKind: 4, portData: 5 } as const;

/** `IFLA_BRPORT_…`. */
export const BridgePortAttribute = { hairpin: 4, learning: 8, isolated: 33 } as const;

/** `IFLA_MACVLAN_…`. */
export const MacvlanAttribute = { mode: 1, broadcastQueueLength: 7 } as const;

/** `IFLA_VXLAN_…`. */
export const VxlanAttribute = { id: 1, link: 3, local: 4, learning: 7, port: 15, local6: 17 } as const;

/** `IFLA_INET6_…`, within what `familySpecific` has for IPv6; the settings are numbers in a row. Source: `include/uapi/linux/ipv6.h`. */
export const Inet6Attribute = { settings: 2 } as const;
export const Inet6Setting = { acceptRouterAdvertisements: 3 } as const;
