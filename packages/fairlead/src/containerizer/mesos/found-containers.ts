import { readdir } from "node:fs/promises";
import { type ContainerId, parseContainerId } from "@fairlead/mesos-api";
import { errorText, FairleadError } from "../../base/errors.ts";
import { readFileIfExists } from "../../base/files/read-file-if-exists.ts";
import type { Logger } from "../../base/log.ts";
import type { ContainerConfig } from "../containerizer.ts";
import { parseRecord } from "./container-record.ts";
import { type LaunchedProcess, parseLaunchedProcess } from "./launched-process.ts";
import { isMissing } from "./missing.ts";
import { type ContainerPaths, containerPaths, containersDirectory } from "./paths.ts";

/** A container as its files tell. */
export interface FoundContainer {
  readonly id: ContainerId;
  readonly paths: ContainerPaths;
  /** Undefined: there is no record (the launch or the removal was cut there), or it is damaged. */
  readonly config?: ContainerConfig;
  /** Undefined: the launch was never complete. */
  readonly process?: LaunchedProcess;
}

/**
 * All containers of this agent that have left files, whether they live or not. Errors: STORE_FAILED, where a file is there and cannot be read: its
 * container must not be taken for a damaged one, and ended.
 */
export async function findContainers(runtimeDir: string, log: Logger): Promise<readonly FoundContainer[]> {
  const names = await readdir(containersDirectory(runtimeDir)).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const found = await Promise.all(names.map((name) => findContainer(runtimeDir, name, log)));
  return found.filter((container) => container !== undefined);
}

async function findContainer(runtimeDir: string, name: string, log: Logger): Promise<FoundContainer | undefined> {
  let id: ContainerId;
  try {
    id = parseContainerId(name);
  } catch (err) {
    log.warn({ name, err }, "something that is no container lies among the containers; it is left alone");
    return undefined;
  }
  const paths = containerPaths(runtimeDir, id);
  const [config, process] = await Promise.all([
    readParsed(paths.config, parseRecord, id, log),
    readParsed(paths.pid, parseLaunchedProcess, id, log),
  ]);
  return { id, paths, ...(config && { config }), ...(process && { process }) };
}

async function readParsed<T>(
  path: string,
  parse: (text: string) => T,
  containerId: ContainerId,
  log: Logger,
): Promise<T | undefined> {
  const bytes = await readFileIfExists(path).catch((cause) => {
    throw new FairleadError("STORE_FAILED", `cannot read ${path}: ${errorText(cause)}`, { data: { path }, cause });
  });
  if (bytes === undefined) return undefined;
  try {
    return parse(bytes.toString());
  } catch (err) {
    log.warn(
      { containerId, path, err },
      "a file of a container is damaged; the container goes on without it, or is taken down",
    );
    return undefined;
  }
}
