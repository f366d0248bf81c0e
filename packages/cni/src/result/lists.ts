import type { JsonObject, JsonValue } from "../json.ts";
import { dropUndefined } from "./drop-undefined.ts";
import { readUint } from "./read-field.ts";

/** The JSON of a list in a result; undefined when it is empty, since plugins leave empty lists out. */
export function listOrAbsent<T>(items: readonly T[], toJson: (item: T) => JsonObject): JsonObject[] | undefined {
  return items.length > 0 ? items.map((item) => dropUndefined(toJson(item))) : undefined;
}

/** The `interface` of an address; one that points at nothing counts as absent: old IPAM plugins write such. */
export function interfaceIndex(value: JsonValue | undefined, at: string, interfaceCount: number): number | undefined {
  const index = readUint(value, at);
  return index !== undefined && index < interfaceCount ? index : undefined;
}
