import { readlink, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type AgentId, parseAgentId } from "@fairlead/mesos-api";
import { errorText, FairleadError } from "../../base/errors.ts";
import { ensureDirectory } from "../../base/files/ensure-directory.ts";
import { errorCode } from "../../base/files/error-code.ts";
import { syncDirectory } from "../../base/files/write-file-atomic.ts";
import { agentDir, latestLink, metaAgentDir, metaLatestLink } from "../paths.ts";

/**
 * The id of the agent that last ran in `workDir`, from its link in `meta`; undefined without one.
 *
 * Operators of Mesos remove that link to have an agent start anew. Errors: STORE_FAILED, where it is there and tells no id: to start anew
 * would end all tasks.
 */
export async function readLatestAgent(workDir: string): Promise<AgentId | undefined> {
  const link = metaLatestLink(workDir);
  try {
    return parseAgentId(basename(await readlink(link)));
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw new FairleadError("STORE_FAILED", `${link} does not tell who this agent is: ${errorText(cause)}`, { cause });
  }
}

/** Makes the directories of an agent and the two `latest` links that point to them. Idempotent. */
export async function ensureAgentDirs(workDir: string, agentId: AgentId): Promise<void> {
  await ensureDirectory(metaAgentDir(workDir, agentId), 0o700);
  await ensureDirectory(agentDir(workDir, agentId), 0o755);
  await ensureLink(metaLatestLink(workDir), metaAgentDir(workDir, agentId));
  // a checkpoint whose link was lost with the power would look like one that an operator has given up
  await syncDirectory(dirname(metaLatestLink(workDir)));
  await ensureLink(latestLink(workDir), agentDir(workDir, agentId));
}

/** The next agent in `workDir` starts anew. */
export async function removeLatestAgent(workDir: string): Promise<void> {
  await rm(metaLatestLink(workDir), { force: true });
}

/** Points `link` to `target`, at every moment either to the old one or to the new one. */
export async function ensureLink(link: string, target: string): Promise<void> {
  if ((await readlink(link).catch(() => undefined)) === target) return;
  const fresh = `${link}.new`;
  await rm(fresh, { force: true });
  await symlink(target, fresh);
  await rename(fresh, link);
}
