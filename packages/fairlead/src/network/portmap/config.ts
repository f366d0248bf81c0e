import type { JsonObject } from "@fairlead/cni";
import type { Masquerading } from "../host-ports/masquerading.ts";
import { parseConditions } from "../host-ports/parse-conditions.ts";
import type { PortMapping } from "../host-ports/port-mapping.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";
import { readPortMapping } from "./read-port-mapping.ts";

/** The configuration of `portmap`, as far as it means something here. */
export interface PortmapConfig {
  readonly mappings: readonly PortMapping[];
  readonly masquerading: Masquerading;
  /** Words of iptables' matches: see `parse-conditions.ts`. */
  readonly conditions: { readonly v4: readonly string[]; readonly v6: readonly string[] };
}

/**
 * Reads a configuration of `portmap`.
 *
 * `markMasqBit` and `externalSetMarkChain` say how the reference plugin has packets masqueraded: by a mark on them, its own or somebody else's. Here
 * no mark is needed, and the same packets are masqueraded whatever they say; they are checked all the same. So is `backend`: both of them mean the
 * one that is here.
 *
 * Errors: code 999 in the reference plugin's words; 7 for conditions that are not known.
 *
 * Source: https://www.cni.dev/plugins/current/meta/portmap/
 */
export function parsePortmapConfig(config: JsonObject): PortmapConfig {
  const reader = new NetconfReader(config, "PortMapConf");
  requireMark(reader);
  const backend = reader.text("backend");
  if (!["", "iptables", "nftables"].includes(backend)) throw failure(`unrecognized backend ${JSON.stringify(backend)}`);
  const snat = !reader.has("snat") || reader.flag("snat");
  const masqueradesAll = reader.flag("masqAll");
  return {
    mappings: reader.object("runtimeConfig").objects("portMappings").map(readPortMapping),
    masquerading: !snat ? "none" : masqueradesAll ? "all" : "local",
    conditions: { v4: readConditions(reader, 4), v6: readConditions(reader, 6) },
  };
}

function readConditions(reader: NetconfReader, family: 4 | 6): string[] {
  const words = reader.texts(`conditionsV${family}`);
  parseConditions(words, family);
  return words;
}

function requireMark(reader: NetconfReader): void {
  const hasBit = reader.has("markMasqBit");
  const bit = reader.integer("markMasqBit");
  reader.text("externalSetMarkChain");
  if (hasBit && reader.has("externalSetMarkChain")) {
    throw failure("Cannot specify externalSetMarkChain and markMasqBit");
  }
  if (bit < 0 || bit > 31) throw failure("MasqMarkBit must be between 0 and 31");
}
