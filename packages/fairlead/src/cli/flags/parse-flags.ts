import { errorText, FairleadError } from "../../base/errors.ts";
import type { FlagSpec, FlagTable, FlagValues } from "./flag.ts";
import { readArguments } from "./read-arguments.ts";
import { readEnvironment } from "./read-environment.ts";

/** Where flags come from; the command line wins over the environment. */
export interface FlagInput {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the file that a `file:///path` value names. */
  readonly readFile: (path: string) => string;
  /** Completes the error of an unknown flag: which other command knows it. */
  readonly whoseFlag?: (name: string) => string | undefined;
}

/** A flag as it was found: the text, and how it was spelled, for errors. */
export interface GivenFlag {
  readonly text: string;
  readonly spelling: string;
}

export interface ParsedFlags<Table extends FlagTable> {
  readonly values: FlagValues<Table>;
  /** Every flag that has a value, as text: `/flags`, `state.flags`. */
  readonly texts: ReadonlyMap<string, string>;
  /** The names of the flags that were given, not taken from defaults. */
  readonly given: ReadonlySet<string>;
  /** What was given and has no effect, with the reason: one line of the log each. */
  readonly ineffective: readonly { readonly flag: string; readonly why: string }[];
}

/**
 * Reads flags in Mesos's manner: `--name=value`, `--name value`, `--name` and `--no-name` of booleans, `MESOS_NAME` and `FAIRLEAD_NAME` of the
 * environment, `file:///path` for a value that stands in a file; hyphens are as good as underscores.
 *
 * Errors: FLAG_UNKNOWN, FLAG_INVALID, FLAG_NOT_ENFORCED, FLAG_UNSUPPORTED; each names the flag and the remedy.
 */
export function parseFlags<Table extends FlagTable>(table: Table, input: FlagInput): ParsedFlags<Table> {
  const given = new Map<string, GivenFlag>([
    ...readEnvironment(table, input.env),
    ...readArguments(table, input.argv, input.whoseFlag),
  ]);
  const values: Record<string, unknown> = {};
  const texts = new Map<string, string>();
  const ineffective: { flag: string; why: string }[] = [];
  for (const [name, spec] of Object.entries(table)) {
    const flag = given.get(name);
    if (flag === undefined && spec.default === undefined) continue;
    const spelling = flag?.spelling ?? `--${name}`;
    const text = flag === undefined ? spec.default! : contentOf(spec, flag, input.readFile);
    if (flag !== undefined) refuseWhatIsNotThere(name, spec, text);
    const value = parseValue(spec, spelling, text);
    values[name] = value;
    texts.set(name, typeof value === "string" || typeof value === "boolean" ? String(value) : text);
    if (flag !== undefined && spec.standing.is === "accepted") ineffective.push({ flag: name, why: spec.standing.why });
  }
  // Every value was made by the parser of its own spec.
  return { values: values as FlagValues<Table>, texts, given: new Set(given.keys()), ineffective };
}

/** The value of a flag, or the content of the file that it names. */
function contentOf(spec: FlagSpec, flag: GivenFlag, readFile: (path: string) => string): string {
  if (!flag.text.startsWith("file://")) return flag.text;
  const path = flag.text.slice("file://".length);
  if (spec.kind.file === "path") return path;
  try {
    return readFile(path).trim();
  } catch (error) {
    throw new FairleadError("FLAG_INVALID", `${flag.spelling}: ${errorText(error)}; give a file that can be read`, {
      data: { flag: flag.spelling },
      cause: error,
    });
  }
}

function refuseWhatIsNotThere(name: string, { standing, kind }: FlagSpec, text: string): void {
  if (standing.is !== "refused") return;
  const same = kind.word === "boolean" ? text.toLowerCase().replace("1", "true").replace("0", "false") : text;
  if (standing.unless.includes(same)) return;
  throw new FairleadError(standing.code, `--${name} is refused: ${standing.why}; remove the flag`, {
    data: { flag: name },
  });
}

function parseValue(spec: FlagSpec, spelling: string, text: string): unknown {
  try {
    return spec.kind.parse(text);
  } catch (error) {
    throw new FairleadError("FLAG_INVALID", `${spelling}: ${errorText(error)}`, {
      data: { flag: spelling, value: text },
      cause: error,
    });
  }
}
