import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { withDeadline } from "../../base/clock.ts";
import { crashPoint } from "../../base/crash-points.ts";
import { FairleadError } from "../../base/errors.ts";
import { removeTree } from "../../base/files/remove-tree.ts";
import type { ContainerTermination } from "../containerizer.ts";
import type { Container } from "./container.ts";
import { killLaunchHelpers } from "./launcher/launch-helpers.ts";
import { endProcess } from "./launcher/process-identity.ts";
import { CONMON_END_TIMEOUT_MS } from "./limits.ts";
import { isMissing } from "./missing.ts";
import type { Parts } from "./parts.ts";

/**
 * Takes a container down, whatever point its launch or an earlier attempt has reached.
 *
 * Goes on over failures and never throws: what is left of the container keeps its record, and the next recovery takes it up again.
 */
export async function destroyContainer(parts: Parts, container: Container): Promise<ContainerTermination> {
  const { pipeline, launcher, destroyTimeoutMs, clock, log } = parts;
  const { id, paths, cgroup, process: launched } = container;
  const failures: unknown[] = [];
  const attempt = (work: Promise<unknown>) => work.catch((error) => void failures.push(error));
  crashPoint("destroy-begun");

  if (launched === undefined) {
    // a launch that was cut: conmon or the runtime may still be at work on it
    await attempt(killLaunchHelpers([paths]));
  }
  await attempt(cgroup.killAll(destroyTimeoutMs));
  crashPoint("processes-killed");

  await attempt(learnTermination(parts, container));
  if (launched !== undefined) {
    await attempt(endProcess(launched.conmon, clock, CONMON_END_TIMEOUT_MS));
    await attempt(deleteFromRuntime(container, (runtime) => launcher.delete(id, paths, runtime)));
  }
  crashPoint("runtime-deleted");

  failures.push(...(await pipeline.cleanup(id)));
  await attempt(cgroup.remove(destroyTimeoutMs));
  if (failures.length === 0) {
    await attempt(removeContainerFiles(container));
    crashPoint("container-files-removed");
  }
  for (const err of failures) {
    log.error(
      { containerId: id, err },
      "a container could not be taken down completely; the next start of the agent goes on with it",
    );
  }
  return await container.terminated;
}

/** Waits for how the first process ended; it has, when this is called. */
async function learnTermination({ clock }: Parts, container: Container): Promise<void> {
  const { id, exitWatch, terminated } = container;
  if (exitWatch === undefined) {
    return container.terminate({});
  }
  exitWatch.look();
  try {
    await withDeadline(clock, CONMON_END_TIMEOUT_MS, terminated, () => {
      return new FairleadError("RUNTIME_FAILED", `container ${id} has no processes, but nobody tells how it ended`);
    });
  } finally {
    exitWatch.close();
    container.terminate({ message: "The exit status is not known" });
  }
}

/** Only what is there: a runtime calls it an error to delete what it does not know. */
async function deleteFromRuntime(
  { id, paths, process }: Container,
  remove: (runtime: string) => Promise<void>,
): Promise<void> {
  if (process !== undefined && (await namesIn(paths.runtimeState)).includes(id)) {
    await remove(process.runtime);
  }
}

/** The record goes last: as long as anything is left, it is found again. */
async function removeContainerFiles({ paths }: Container): Promise<void> {
  for (const name of await namesIn(paths.directory)) {
    const path = join(paths.directory, name);
    if (path !== paths.config) await removeTree(path);
  }
  await removeTree(paths.directory);
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
