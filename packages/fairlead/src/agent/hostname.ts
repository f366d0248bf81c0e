import { lookupService } from "node:dns/promises";
import type { Clock } from "../base/clock.ts";
import { withDeadline } from "../base/clock.ts";
import { HOSTNAME_TIMEOUT_MS } from "./limits.ts";

/** The name that the name service knows for `ip`, else the address itself: what --hostname_lookup asks for. Never throws. */
export async function lookupHostname(ip: string, clock: Clock, lookup = reverseLookup): Promise<string> {
  try {
    return await withDeadline(
      clock,
      HOSTNAME_TIMEOUT_MS,
      lookup(ip),
      () => new Error("the name service does not answer"),
    );
  } catch {
    return ip;
  }
}

async function reverseLookup(ip: string): Promise<string> {
  return (await lookupService(ip, 0)).hostname;
}
