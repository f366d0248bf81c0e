import { existsSync } from "node:fs";
import { NetlinkError, NetlinkProtocol, NetlinkSocket, NetworkNamespace } from "@fairlead/netlink";
import { FirewallTable } from "../firewall-table/firewall-table.ts";
import { Iptables } from "../firewall-table/iptables.ts";
import { ConnectionForgetter } from "../host-ports/connection-forgetter.ts";
import { ReadyPool } from "../namespace/ready-pool.ts";
import { LinkRemover } from "./link-remover.ts";

/** A container's network, for the time of one call. */
export interface ContainerNetwork {
  /** rtnetlink within the container's namespace. */
  readonly route: NetlinkSocket;
  readonly namespace: NetworkNamespace;
}

/**
 * What built-in plugins change the kernel with; lives in the network thread, which stays in the agent's own network namespace.
 *
 * Everything blocks until the kernel has done it.
 */
export class Kernel implements Disposable {
  /** rtnetlink in the agent's own namespace. */
  readonly host: NetlinkSocket = NetlinkSocket.open(NetlinkProtocol.route);
  /** nftables in the agent's own namespace. */
  readonly netfilter: NetlinkSocket = NetlinkSocket.open(NetlinkProtocol.netfilter);
  /** Our table of it. */
  readonly firewall: FirewallTable = new FirewallTable(this.netfilter);
  /** What others keep there, and older kernels elsewhere. */
  readonly iptables: Iptables = new Iptables();
  /** What the kernel remembers of UDP. */
  readonly connections: ConnectionForgetter = new ConnectionForgetter();
  readonly home: NetworkNamespace = NetworkNamespace.current();
  /** Deletes links without waiting for it. */
  readonly linkRemover: LinkRemover = new LinkRemover(this.host);
  /** Namespaces with a veth, made beforehand. */
  readonly pool: ReadyPool;
  /** Whether the kernel has IPv6 at all. */
  readonly hasIpv6: boolean = existsSync("/proc/sys/net/ipv6");

  constructor({ poolSize }: { readonly poolSize: number }) {
    this.pool = new ReadyPool(this.host, poolSize);
  }

  /** Opens the namespace at a path and a socket within it, for the time of a call. Node's ENOENT where the path is gone. */
  withContainer<T>(netns: string, call: (container: ContainerNetwork) => T): T {
    using namespace = NetworkNamespace.open(netns);
    using route = namespace.enter(() => NetlinkSocket.open(NetlinkProtocol.route), this.home);
    return call({ route, namespace });
  }

  /** Throws NETLINK_NAMESPACE_LOST when the thread is not in the namespace that it began in. */
  requireHome(): void {
    if (this.home.isCurrent) return;
    throw new NetlinkError("NETLINK_NAMESPACE_LOST", `the network thread is elsewhere instead of in ${this.home.id}`);
  }

  [Symbol.dispose](): void {
    this.connections[Symbol.dispose]();
    this.linkRemover[Symbol.dispose]();
    this.pool[Symbol.dispose]();
    this.host.close();
    this.netfilter.close();
    this.home.close();
  }
}
