import type { FlagTable } from "./flag.ts";
import { flagNames } from "./flag-names.ts";
import type { GivenFlag } from "./parse-flags.ts";

/** In rising order of precedence. */
const PREFIXES = ["MESOS_", "FAIRLEAD_"];

/** The flags of the environment; variables that name no flag are somebody else's, and ignored. */
export function readEnvironment(
  table: FlagTable,
  env: Readonly<Record<string, string | undefined>>,
): Map<string, GivenFlag> {
  const names = flagNames(table);
  const given = new Map<string, GivenFlag>();
  for (const prefix of PREFIXES) {
    for (const [variable, text] of Object.entries(env)) {
      if (text === undefined || !variable.startsWith(prefix)) continue;
      const name = names.get(variable.slice(prefix.length).toLowerCase());
      if (name !== undefined) given.set(name, { text, spelling: variable });
    }
  }
  return given;
}
