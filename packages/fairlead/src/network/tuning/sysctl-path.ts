import { posix } from "node:path";
import { failure } from "../plugin/plugin-error.ts";

const ROOT = "/proc/sys/net/";

/**
 * The file of a sysctl, as in `net.ipv4.conf.IFNAME.arp_filter`, where `IFNAME` stands for the interface, which may have a dot in its name.
 *
 * Errors: code 999 for what is not below `net.`: all else is the host's own, not the container's.
 */
export function sysctlPath(name: string, ifName: string): string {
  const relative = name.replaceAll(".", "/").replace("IFNAME", () => ifName);
  const path = posix.join("/proc/sys", relative);
  if (path.startsWith(ROOT) && !path.includes("\0")) return path;
  throw failure(`invalid net sysctl key: ${JSON.stringify(relative)}`);
}
