import type { FlagTable } from "./flag.ts";

/** Every name that a table knows, older ones included, with the flag that it means. */
export function flagNames(table: FlagTable): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, spec] of Object.entries(table)) {
    names.set(name, name);
    for (const alias of spec.aliases ?? []) names.set(alias, name);
  }
  return names;
}
