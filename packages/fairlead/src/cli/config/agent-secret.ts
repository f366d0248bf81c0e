import { readFile, stat } from "node:fs/promises";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";

/** Bits of a file's mode by which others than its owner can read it. */
const READABLE_BY_OTHERS = 0o044;

/** The secret in the file that `--agent_secret` names, without the line break at its end. Errors: FLAG_INVALID. */
export async function readAgentSecret(path: string | undefined, log: Logger): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const invalid = (reason: string, cause?: unknown) =>
    new FairleadError("FLAG_INVALID", `--agent_secret: ${reason}; give a file that holds the secret`, {
      data: { flag: "agent_secret" },
      cause,
    });
  let secret: string;
  let mode: number;
  try {
    [secret, { mode }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
  } catch (error) {
    throw invalid(errorText(error), error);
  }
  secret = secret.trimEnd();
  // It travels in a header, where nothing else has a place.
  if (!/^[\x21-\x7e]+$/.test(secret)) throw invalid(`${path} holds no secret of printable characters without spaces`);
  if ((mode & READABLE_BY_OTHERS) !== 0) {
    log.warn({ path }, "Others can read the secret of the agents; it is used all the same, chmod 600 mends it");
  }
  return secret;
}
