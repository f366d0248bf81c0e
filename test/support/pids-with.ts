import { readdirSync, readFileSync } from "node:fs";

/** The processes that have exactly this among their arguments. */
export function pidsWith(argument: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(argument);
      } catch {
        // it has ended
        return false;
      }
    });
}
