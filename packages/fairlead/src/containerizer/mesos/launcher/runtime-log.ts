import { readFile } from "node:fs/promises";
import { MAX_QUOTE_CHARS } from "../limits.ts";
import type { ContainerPaths } from "../paths.ts";

/** Why a container was not created, in the words of whoever failed: the runtime, else the commands before it. */
export async function quoteLaunchFailure(paths: ContainerPaths): Promise<string> {
  const [runtimeLog, launchLog] = await Promise.all(
    [paths.runtimeLog, paths.launchLog].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  const text = lastError(runtimeLog ?? "") ?? (launchLog ?? "").trim();
  return text === "" ? "conmon ended without a word" : text.slice(0, MAX_QUOTE_CHARS);
}

/** The last error in a log of JSON lines, as crun and runc write it with `--log-format=json`. */
export function lastError(log: string): string | undefined {
  for (const line of log.split("\n").reverse()) {
    try {
      const entry: unknown = JSON.parse(line);
      if (isEntry(entry) && (entry.level === "error" || entry.level === "fatal")) {
        return entry.msg;
      }
    } catch {
      // a line that a crash has cut
    }
  }
  return undefined;
}

function isEntry(value: unknown): value is { readonly level: string; readonly msg: string } {
  return (
    typeof value === "object" && value !== null && "level" in value && "msg" in value && typeof value.msg === "string"
  );
}
