import type { ResultDns } from "@fairlead/cni";
import type { NetconfReader } from "./netconf-reader.ts";

/** `dns` of a configuration; undefined where it says nothing. */
export function readDns(config: NetconfReader): ResultDns | undefined {
  const dns = config.object("dns");
  const domain = dns.text("domain");
  if (domain === "" && !["nameservers", "search", "options"].some((key) => dns.has(key))) return undefined;
  const lists = { nameservers: dns.texts("nameservers"), search: dns.texts("search"), options: dns.texts("options") };
  return domain === "" ? lists : { domain, ...lists };
}

export const NO_DNS: ResultDns = { nameservers: [], search: [], options: [] };
