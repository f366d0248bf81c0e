import { lookupHostname } from "../../agent/hostname.ts";
import type { Clock } from "../../base/clock.ts";

interface HostnameFlags {
  readonly hostname?: string | undefined;
  readonly hostname_lookup: boolean;
}

/** The name that a server reports: `--hostname`, else what the resolver knows for its address, else the address. */
export async function reportedHostname(flags: HostnameFlags, ip: string, clock: Clock): Promise<string> {
  if (flags.hostname !== undefined) return flags.hostname;
  return flags.hostname_lookup ? lookupHostname(ip, clock) : ip;
}
