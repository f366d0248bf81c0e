import { join } from "node:path";
import type { ContainerId } from "@fairlead/mesos-api";

/*
 * What network/cni keeps on disk: one directory for each container that has a network namespace of its own.
 *
 *   <rootDir>/                        a shared mount in a peer group of its own (root-mount.ts)
 *     <container id>/
 *       ns                            the pin of the network namespace; an empty file before it is made, and after a reboot
 *       hosts
 *       hostname
 *       resolv.conf                   only where a network brings name servers, else the host's file is mounted
 *       <network>/
 *         network.conf                what the plugins are configured with, injected args included; stored before the first ADD
 *         eth<N>/                     N counts the named networks of the request
 *           network.info              the result of ADD as the last plugin printed it; stored before anything is made of it
 *
 * The tree is Mesos's: operators' scripts and monitoring read it. Names of networks are checked before they become directories
 * (plan-attachments.ts); RESERVED_NAMES are those that the files of the container take.
 */

export const NS_FILE = "ns";
export const HOSTS_FILE = "hosts";
export const HOSTNAME_FILE = "hostname";
export const RESOLV_CONF_FILE = "resolv.conf";

/** Files in the directory of a container: a network of such a name would collide with them. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([NS_FILE, HOSTS_FILE, HOSTNAME_FILE, RESOLV_CONF_FILE]);

export function containerDir(rootDir: string, containerId: ContainerId): string {
  return join(rootDir, containerId);
}

/** What `nsenter --net=` on the host and `CNI_NETNS` are given. */
export function namespacePath(rootDir: string, containerId: ContainerId): string {
  return join(rootDir, containerId, NS_FILE);
}

export function networkDir(rootDir: string, containerId: ContainerId, network: string): string {
  return join(rootDir, containerId, network);
}

export function networkConfPath(rootDir: string, containerId: ContainerId, network: string): string {
  return join(rootDir, containerId, network, "network.conf");
}

export function interfaceDir(rootDir: string, containerId: ContainerId, network: string, ifName: string): string {
  return join(rootDir, containerId, network, ifName);
}

export function networkInfoPath(rootDir: string, containerId: ContainerId, network: string, ifName: string): string {
  return join(rootDir, containerId, network, ifName, "network.info");
}
