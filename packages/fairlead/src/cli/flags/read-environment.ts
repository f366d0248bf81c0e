import { FairleadError } from "../../base/errors.ts";
import type { FlagTable } from "./flag.ts";
import { flagNames } from "./flag-names.ts";
import type { GivenFlag } from "./parse-flags.ts";

/** Where flags stand in the environment, in rising order of precedence. */
const SOURCES: readonly { readonly prefix: string; readonly only?: readonly string[] }[] = [
  { prefix: "LIBPROCESS_", only: ["ip", "ip6", "port", "advertise_ip", "advertise_port"] },
  { prefix: "MESOS_" },
  { prefix: "FAIRLEAD_" },
];

/** What switches TLS on in Mesos, with the older name. */
const TLS_VARIABLES = ["LIBPROCESS_SSL_ENABLED", "SSL_ENABLED"];

type Env = Readonly<Record<string, string | undefined>>;

/** The flags of the environment; variables that name no flag are somebody else's, and ignored. */
export function readEnvironment(table: FlagTable, env: Env): Map<string, GivenFlag> {
  const names = flagNames(table);
  const given = new Map<string, GivenFlag>();
  for (const { prefix, only } of SOURCES) {
    for (const [variable, text] of Object.entries(env)) {
      if (text === undefined || !variable.startsWith(prefix)) continue;
      const name = names.get(variable.slice(prefix.length).toLowerCase());
      if (name === undefined || (only !== undefined && !only.includes(name))) continue;
      given.set(name, { text, spelling: variable });
    }
  }
  return given;
}

/** Throws FLAG_NOT_ENFORCED if the environment asks a server to speak TLS. */
export function refuseTls(env: Env): void {
  for (const variable of TLS_VARIABLES) {
    const text = env[variable]?.toLowerCase();
    if (text === "true" || text === "1") {
      throw new FairleadError(
        "FLAG_NOT_ENFORCED",
        `${variable} is refused: there is no TLS yet, what is sent could be read on the way; unset it`,
        { data: { flag: variable } },
      );
    }
  }
}
