import { existsSync, writeFileSync } from "node:fs";
import { changeLink, NetlinkProtocol, NetlinkSocket, NetworkNamespace } from "@fairlead/netlink";

const LOOPBACK_INDEX = 1;

/**
 * What a container's network is born with, before any plugin: interfaces read `default` when they come.
 *
 * - no router advertisements and no redirects: whoever shares the link could take over the container's routes with them;
 * - no duplicate address detection: plugins wait for it 1.4 to 1.8 s (ptp with IPv6: 23 ms without), and addresses are given by IPAM;
 * - ping without CAP_NET_RAW: sockets of the ping group, for every group.
 */
const SETTINGS: readonly (readonly [path: string, value: string])[] = [
  ...["all", "default"].map((conf) => [`ipv4/conf/${conf}/accept_redirects`, "0"] as const),
  ...["all", "default"].flatMap((conf) => {
    return ["accept_ra", "accept_redirects", "accept_dad"].map((key) => [`ipv6/conf/${conf}/${key}`, "0"] as const);
  }),
  ["ipv4/ping_group_range", "0 2147483647"],
];

/** Makes a namespace as containers get it: these settings, the loopback up. */
export function makeContainerNamespace(): NetworkNamespace {
  const namespace = NetworkNamespace.create();
  try {
    using socket = namespace.enter(() => {
      const hasIpv6 = existsSync("/proc/sys/net/ipv6");
      for (const [path, value] of SETTINGS) {
        if (hasIpv6 || !path.startsWith("ipv6/")) writeFileSync(`/proc/sys/net/${path}`, value);
      }
      return NetlinkSocket.open(NetlinkProtocol.route);
    });
    socket.request(changeLink(LOOPBACK_INDEX, { up: true }));
    return namespace;
  } catch (error) {
    namespace.close();
    throw error;
  }
}
