import { FairleadError } from "../../base/errors.ts";
import type { FlagTable } from "./flag.ts";
import { flagNames } from "./flag-names.ts";
import type { GivenFlag } from "./parse-flags.ts";
import { suggest } from "./suggest.ts";

/** The flags of the command line. Errors: FLAG_UNKNOWN, FLAG_INVALID (a value is missing, a flag stands twice, something is no flag). */
export function readArguments(
  table: FlagTable,
  argv: readonly string[],
  whoseFlag: (name: string) => string | undefined = () => undefined,
): Map<string, GivenFlag> {
  const names = flagNames(table);
  const given = new Map<string, GivenFlag>();
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (!argument.startsWith("--") || argument === "--") {
      throw invalid(argument, `'${argument}' is not a flag; write --name=value`);
    }
    const equals = argument.indexOf("=");
    const written = equals < 0 ? argument : argument.slice(0, equals);
    const spelled = written.slice(2).replaceAll("-", "_");
    const negated = !names.has(spelled) && spelled.startsWith("no_");
    const name = names.get(negated ? spelled.slice(3) : spelled);
    if (name === undefined) throw unknown(written, spelled, names, whoseFlag);
    if (given.has(name)) {
      throw invalid(written, `${written} stands twice on the command line; give it once`);
    }
    const isBoolean = table[name]?.kind.word === "boolean";
    let text: string;
    if (negated) {
      if (!isBoolean) throw invalid(written, `${written}: --${name} is no switch; give it a value, or leave it out`);
      if (equals >= 0) throw invalid(written, `${written} takes no value; write --${name}=false`);
      text = "false";
    } else if (equals >= 0) {
      text = argument.slice(equals + 1);
    } else if (isBoolean) {
      text = "true";
    } else {
      const next = argv[++i];
      if (next === undefined || next.startsWith("--")) {
        throw invalid(written, `${written} needs a value; write ${written}=value`);
      }
      text = next;
    }
    given.set(name, { text, spelling: written });
  }
  return given;
}

function unknown(
  written: string,
  spelled: string,
  names: ReadonlyMap<string, string>,
  whoseFlag: (name: string) => string | undefined,
): FairleadError {
  const other = whoseFlag(spelled);
  const near = suggest(spelled.replace(/^no_/, ""), names.keys());
  const hint =
    other !== undefined
      ? `it belongs to ${other}`
      : near !== undefined
        ? `did you mean --${near}?`
        : "--help lists the flags";
  return new FairleadError("FLAG_UNKNOWN", `${written} is no flag of this command; ${hint}`, {
    data: { flag: written },
  });
}

function invalid(flag: string, message: string): FairleadError {
  return new FairleadError("FLAG_INVALID", message, { data: { flag } });
}
