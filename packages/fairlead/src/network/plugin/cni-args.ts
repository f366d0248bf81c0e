import { failure } from "./plugin-error.ts";

/**
 * The pairs of `CNI_ARGS` whose keys a plugin knows; every other key is refused, unless `IgnoreUnknown` is there and true.
 *
 * Errors: code 999, in the words of the reference. Source: CNI spec 1.1.0, section 2, `CNI_ARGS`; CONVENTIONS.md.
 */
export function parseCniArgs(args: string | undefined, known: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  if (args === undefined || args === "") return values;
  const unknown: string[] = [];
  let ignoresUnknown = false;
  for (const pair of args.split(";")) {
    const [key, value, ...more] = pair.split("=");
    if (key === undefined || value === undefined || more.length > 0) {
      throw failure(`ARGS: invalid pair ${JSON.stringify(pair)}`);
    }
    if (known.includes(key)) values.set(key, value);
    else if (key === "IgnoreUnknown") ignoresUnknown = parseFlag(pair, value);
    else unknown.push(pair);
  }
  if (unknown.length > 0 && !ignoresUnknown) {
    throw failure(`ARGS: unknown args [${unknown.map((pair) => JSON.stringify(pair)).join(" ")}]`);
  }
  return values;
}

function parseFlag(pair: string, value: string): boolean {
  const lower = value.toLowerCase();
  if (lower === "1" || lower === "true") return true;
  if (lower === "0" || lower === "false") return false;
  const problem = `boolean unmarshal error: invalid input ${lower}`;
  throw failure(`ARGS: error parsing value of pair ${JSON.stringify(pair)}: ${problem}`);
}
