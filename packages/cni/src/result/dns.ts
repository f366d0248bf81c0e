import { parseIp } from "../ip.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { ResultDns } from "./cni-result.ts";
import { dropUndefined } from "./drop-undefined.ts";
import { invalid, readList, readObject, readWord } from "./read-field.ts";

/** Parses `dns`, which is the same in every version; throws `CNI_RESULT_INVALID`. */
export function parseDns(value: JsonValue | undefined): ResultDns {
  const dns = readObject(value, "dns") ?? {};
  return dropUndefined({
    nameservers: readList(dns.nameservers, "dns.nameservers", readNameserver),
    domain: readWord(dns.domain, "dns.domain"),
    search: readWords(dns.search, "dns.search"),
    options: readWords(dns.options, "dns.options"),
  });
}

/** The JSON of `dns`; undefined when it says nothing. */
export function dnsToJson({ nameservers, domain, search, options }: ResultDns): JsonObject | undefined {
  const json = dropUndefined({
    nameservers: nameservers.length > 0 ? [...nameservers] : undefined,
    domain,
    search: search.length > 0 ? [...search] : undefined,
    options: options.length > 0 ? [...options] : undefined,
  });
  return Object.keys(json).length > 0 ? json : undefined;
}

function readWords(value: JsonValue | undefined, at: string): string[] {
  return readList(value, at, (item, itemAt) => {
    const word = readWord(item, itemAt);
    if (word === undefined) {
      throw invalid(itemAt, "is empty", item);
    }
    return word;
  });
}

/** An address, for link-local ones with their zone, as resolv.conf takes it; kept as written. */
function readNameserver(item: JsonValue, at: string): string {
  const word = readWord(item, at) ?? "";
  const [address = "", zone] = word.split("%");
  if (!parseIp(address) || zone === "") {
    throw invalid(at, "is not an IP address", item);
  }
  return word;
}
