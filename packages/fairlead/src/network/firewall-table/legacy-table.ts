import { readFileSync } from "node:fs";
import { readLegacyTable } from "@fairlead/netlink";
import type { HostFamily } from "./host-table.ts";

/**
 * The entries of one of the tables that iptables had before nf_tables, to look for a name or an address in; undefined where it is not in use in the
 * thread's network namespace.
 */
export function legacyTable(family: HostFamily, table: string): Buffer | undefined {
  // asking the kernel for a table would put it into use
  return tablesInUse(family).includes(table) ? readLegacyTable(family === "ip" ? 4 : 6, table) : undefined;
}

function tablesInUse(family: HostFamily): string[] {
  try {
    return readFileSync(`/proc/thread-self/net/${family}_tables_names`, "utf8").split("\n");
  } catch {
    // the kernel has none at all
    return [];
  }
}
