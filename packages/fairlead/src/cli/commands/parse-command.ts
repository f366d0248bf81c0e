import { readFileSync } from "node:fs";
import { MESOS_VERSION } from "../../base/version.ts";
import { AGENT_FLAGS } from "../flags/agent-flags.ts";
import type { FlagSpec, FlagTable } from "../flags/flag.ts";
import { flagNames } from "../flags/flag-names.ts";
import { helpText } from "../flags/help.ts";
import { MASTER_FLAGS } from "../flags/master-flags.ts";
import { type ParsedFlags, parseFlags } from "../flags/parse-flags.ts";
import { packageVersion } from "../package-version.ts";

/** The line of `--version`: ours, and the version of Mesos whose APIs are spoken. */
export function versionLine(): string {
  return `fairlead ${packageVersion()} (speaks the APIs of Mesos ${MESOS_VERSION})`;
}

/**
 * The flags of a command from its arguments and the environment; undefined if `--help` or `--version` was asked for, and printed.
 *
 * Errors: FLAG_*.
 */
export function parseCommand<Table extends FlagTable & { readonly help: FlagSpec<boolean> }>(
  usage: string,
  about: string,
  table: Table,
  argv: readonly string[],
): ParsedFlags<Table> | undefined {
  // Help is given even where something else is wrong: it may be why it is asked for.
  if (argv.includes("--help")) {
    process.stdout.write(helpText(usage, about, table));
    return undefined;
  }
  if (argv.includes("--version")) {
    process.stdout.write(`${versionLine()}\n`);
    return undefined;
  }
  return parseFlags(table, {
    argv,
    env: process.env,
    readFile: (path) => readFileSync(path, "utf8"),
    whoseFlag: (name) => {
      if (flagNames(AGENT_FLAGS).has(name)) return "fairlead agent";
      return flagNames(MASTER_FLAGS).has(name) ? "fairlead master" : undefined;
    },
  });
}
