import { lookupHostname } from "../../agent/hostname.ts";
import type { Clock } from "../../base/clock.ts";

interface HostnameFlags {
  readonly hostname?: string | undefined;
  readonly hostname_lookup: boolean;
  readonly advertise_ip?: string | undefined;
}

/** The name that a server reports: `--hostname`, else what the resolver knows for its address, else the address. */
export async function reportedHostname(flags: HostnameFlags, ip: string, clock: Clock): Promise<string> {
  if (flags.hostname !== undefined) return flags.hostname;
  const reported = flags.advertise_ip ?? ip;
  return flags.hostname_lookup ? lookupHostname(reported, clock) : reported;
}
