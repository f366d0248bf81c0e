import type { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

const MAX_VLAN = 4094;

/** `vlanTrunk`: the VLANs that a port lets through with their tags, each once, in order; undefined where it is absent. Errors: code 999. */
export function readVlanTrunk(config: NetconfReader): number[] | undefined {
  if (!config.has("vlanTrunk")) return undefined;
  const ids = new Set(config.objects("vlanTrunk").flatMap((item) => [...readRange(item), ...readSingle(item)]));
  return [...ids].toSorted((a, b) => a - b);
}

function readRange(item: NetconfReader): number[] {
  if (!item.has("minID") && !item.has("maxID")) return [];
  for (const key of ["minID", "maxID"]) {
    if (!item.has(key)) throw failure(`minID and maxID should be configured simultaneously, ${key} is missing`);
  }
  const min = readId(item, "minID");
  const max = readId(item, "maxID");
  if (max < min) throw failure("minID is greater than maxID in trunk parameter");
  return Array.from({ length: max - min + 1 }, (_, i) => min + i);
}

function readSingle(item: NetconfReader): number[] {
  return item.has("id") ? [readId(item, "id")] : [];
}

function readId(item: NetconfReader, key: string): number {
  const id = item.integer(key);
  if (id < 1 || id > MAX_VLAN) throw failure(`incorrect trunk ${key} parameter`);
  return id;
}
