import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { FairleadError } from "../../base/errors.ts";

/** The path of the first of `names` that is an executable file, by `searchPath` where it is no path itself; undefined if there is none. */
export async function findProgram(names: readonly string[], searchPath: string): Promise<string | undefined> {
  const candidates = names.flatMap((name) =>
    isAbsolute(name) ? [name] : searchPath.split(delimiter).map((directory) => join(directory, name)),
  );
  for (const path of candidates) {
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** As {@link findProgram}. Errors: RUNTIME_MISSING, which names what could be installed. */
export async function requireProgram(names: readonly string[], searchPath: string): Promise<string> {
  const path = await findProgram(names, searchPath);
  if (path === undefined) {
    throw new FairleadError("RUNTIME_MISSING", `none of these programs is installed: ${names.join(", ")}`, {
      data: { programs: names },
    });
  }
  return path;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
