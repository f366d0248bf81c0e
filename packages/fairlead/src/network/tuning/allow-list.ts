import { readFileSync } from "node:fs";
import { errorCode } from "../../base/files/error-code.ts";
import { failure } from "../plugin/plugin-error.ts";

/** Where an operator says which sysctls networks may set; without the file they may set all below `net.`. */
export const ALLOW_LIST_PATH = "/etc/cni/tuning/allowlist.conf";

/** Reads the file; undefined where there is none. Errors: Node's own for files. */
export function readAllowList(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Throws code 999 unless each name is matched, anywhere in it, by a line of the list.
 *
 * Lines are regular expressions: those of JavaScript, which has what Go's have that the reference plugin takes, but for flags within (`(?i)`) and the
 * names of character classes (`[[:digit:]]`).
 */
export function requireAllowed(names: Iterable<string>, list: string): void {
  const lines = list
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const patterns = lines.map(parsePattern);
  for (const name of names) {
    if (patterns.some((pattern) => pattern.test(name))) continue;
    throw failure(`Sysctl ${name} is not allowed. Only the following sysctls are allowed: [${lines.join(" ")}]`);
  }
}

function parsePattern(line: string): RegExp {
  try {
    return new RegExp(line);
  } catch (error) {
    throw failure(`error parsing regexp of ${ALLOW_LIST_PATH}: ${JSON.stringify(line)}`, error);
  }
}
