import { chmod, chown, open } from "node:fs/promises";
import { join } from "node:path";
import { errorText, FairleadError } from "../base/errors.ts";
import { ensureDirectory } from "../base/files/ensure-directory.ts";
import { ensureLink } from "./checkpoint/latest-link.ts";
import { latestRunLink, type RunPath, runDir } from "./paths.ts";

/** Tasks of every user have their sandboxes below. */
const PARENT_MODE = 0o755;
const SANDBOX_MODE = 0o750;
const OUTPUT_MODE = 0o644;

/** Looks up a user of this machine; throws USER_UNKNOWN. */
export type LookupUser = (name: string) => Promise<{ readonly uid: number; readonly gid: number }>;

/**
 * Makes the sandbox of a run, with empty `stdout` and `stderr`, for `user` (undefined: the agent's own), and points `latest` to it.
 *
 * Others than the user and its group may not look into it. Errors: USER_UNKNOWN, SANDBOX_FAILED.
 */
export async function createSandbox(
  workDir: string,
  run: RunPath,
  user: string | undefined,
  lookupUser: LookupUser,
): Promise<void> {
  const owner = user === undefined ? undefined : await lookupUser(user);
  const directory = runDir(workDir, run);
  try {
    await makeDirectory(directory);
    await chmod(directory, SANDBOX_MODE);
    for (const name of ["stdout", "stderr"]) {
      const file = await open(join(directory, name), "a", OUTPUT_MODE);
      if (owner !== undefined) await file.chown(owner.uid, owner.gid).finally(() => file.close());
      else await file.close();
    }
    if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
    await ensureLink(latestRunLink(workDir, run), directory);
  } catch (error) {
    throw new FairleadError(
      "SANDBOX_FAILED",
      `Failed to create executor directory '${directory}': ${errorText(error)}`,
      {
        data: { directory },
        cause: error,
      },
    );
  }
}

/** The garbage collection may take an empty directory away in between: then once more. */
async function makeDirectory(directory: string): Promise<void> {
  await ensureDirectory(directory, PARENT_MODE).catch(() => ensureDirectory(directory, PARENT_MODE));
}
