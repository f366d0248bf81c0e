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

/**
 * What protects a server of Mesos by its environment alone, with what would be missing here; names in capitals, and older ones too.
 *
 * Source: libprocess `ssl/openssl.cpp` and `process.cpp`.
 */
const PROTECTIONS: ReadonlyMap<string, string> = new Map([
  ...["LIBPROCESS_SSL_ENABLED", "SSL_ENABLED"].map(
    (name) => [name, "there is no TLS yet, what is sent could be read on the way"] as const,
  ),
  ["LIBPROCESS_REQUIRE_PEER_ADDRESS_IP_MATCH", "addresses of peers are not compared with what they say"],
]);

/** Texts that ask for nothing; what is neither these nor `true` would not start Mesos, and may well be meant as a yes. */
const OFF: ReadonlySet<string> = new Set(["", "false", "0"]);

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

/** Throws FLAG_NOT_ENFORCED if the environment asks a server for a protection that it does not have, such as TLS. */
export function refuseProtections(env: Env): void {
  for (const [variable, text] of Object.entries(env)) {
    // the names of libprocess's variables are not case-sensitive
    const missing = PROTECTIONS.get(variable.toUpperCase());
    if (missing === undefined || text === undefined || OFF.has(text.toLowerCase())) continue;
    throw new FairleadError("FLAG_NOT_ENFORCED", `${variable} is refused: ${missing}; unset it`, {
      data: { flag: variable },
    });
  }
}
