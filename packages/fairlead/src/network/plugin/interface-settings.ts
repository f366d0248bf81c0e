import { closeSync, openSync, readSync, writeFileSync } from "node:fs";

/**
 * Settings under /proc/sys/net of the calling thread's namespace.
 *
 * An interface with IPv6 addresses has IPv6, and so has the loopback, whatever the defaults of its namespace are. Errors: Node's own for files.
 */
export function enableIpv6(ifName: string, { detectsDuplicates }: { readonly detectsDuplicates: boolean }): void {
  for (const name of ["lo", ifName]) writeUnlessSet(`ipv6/conf/${name}/disable_ipv6`, "0");
  if (detectsDuplicates) writeUnlessSet(`ipv6/conf/${ifName}/enhanced_dad`, "1");
  writeUnlessSet(`ipv6/conf/${ifName}/accept_dad`, detectsDuplicates ? "1" : "0");
}

/** The routes of an interface are ours: none comes from whoever is at its other end. Where there is no IPv6, there is nothing to set. */
export function refuseRouterAdvertisements(ifName: string): void {
  try {
    writeUnlessSet(`ipv6/conf/${ifName}/accept_ra`, "0");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Lets the namespace forward packets between its interfaces. */
export function enableForwarding(families: ReadonlySet<4 | 6>): void {
  if (families.has(4)) writeUnlessSet("ipv4/ip_forward", "1");
  if (families.has(6)) writeUnlessSet("ipv6/conf/all/forwarding", "1");
}

/** What is set already is not written: the kernel walks over all interfaces when forwarding is. */
function writeUnlessSet(setting: string, value: string): void {
  const path = `/proc/sys/net/${setting}`;
  if (readDigit(path) !== value) writeFileSync(path, value);
}

/** In half the system calls of readFileSync: forwarding is looked at for each container. */
function readDigit(path: string): string {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(1);
    readSync(fd, buffer, 0, 1, 0);
    return buffer.toString("latin1");
  } finally {
    closeSync(fd);
  }
}
