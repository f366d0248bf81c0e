import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pluginTypeProblem } from "./names.ts";

/**
 * The path of a plugin: the first element of the search path that holds a file of this name with any execute bit.
 *
 * Undefined when there is none, and for a type that is no plain file name.
 * Source: spec 1.1.0, section 3, "Adding an attachment", step 1.
 */
export async function findPlugin(type: string, searchPath: readonly string[]): Promise<string | undefined> {
  if (pluginTypeProblem(type) !== undefined) {
    return undefined;
  }
  for (const directory of searchPath) {
    const path = join(directory, type);
    if (directory !== "" && (await isExecutable(path))) {
      return path;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    const { mode } = await stat(path);
    return (mode & 0o170000) === 0o100000 && (mode & 0o111) !== 0;
  } catch {
    // whatever the reason, this element has no plugin for us; the next may
    return false;
  }
}
