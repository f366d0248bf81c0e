import { SPOOF_SETS } from "./bridge/spoof-part.ts";
import { acceptedSet } from "./firewall/accept-part.ts";
import { HOST_FAMILIES } from "./firewall-table/host-table.ts";
import { portSets } from "./host-ports/host-ports.ts";
import { masqueradeMap } from "./masquerade/masquerade-part.ts";
import type { Kernel } from "./plugin/kernel.ts";

/** Takes our tables away where they hold nothing of any container, so that the end of the last user leaves the host as it was. */
export function removeUnusedTables({ firewall, netfilter }: Kernel): void {
  const families = HOST_FAMILIES.flatMap((family) => [acceptedSet(family), masqueradeMap(family)]);
  firewall.removeUnused([...families, ...portSets(netfilter), ...SPOOF_SETS]);
}
