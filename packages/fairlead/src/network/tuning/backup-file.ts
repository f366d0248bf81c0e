import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { containerIdProblem, ifNameProblem } from "@fairlead/cni";
import { readExtendedAttribute, setExtendedAttribute } from "@fairlead/netlink";
import { errorCode } from "../../base/files/error-code.ts";
import type { AttachmentId } from "../plugin/attachment.ts";
import { PluginErrorCode, pluginError } from "../plugin/plugin-error.ts";

/**
 * The backups of a data directory, one file for each attachment:
 *
 *     <container id>_<interface>.json       what DEL puts back, as the reference plugin writes it
 *     <container id>_<interface>.json.new   one that is being written
 *
 * Neither name nor contents tell the network. GC needs it, so it stands in an extended attribute; where the file system has none, or the file is of
 * the reference plugin, GC leaves it alone.
 */
const NETWORK_ATTRIBUTE = "trusted.fairlead.network";
const UNFINISHED = ".new";
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Errors: code 4 for a container or an interface whose name would lead out of the directory. */
export function backupName({ containerId, ifName }: Pick<AttachmentId, "containerId" | "ifName">): string {
  const id = containerIdProblem(containerId);
  if (id !== undefined) throw pluginError(PluginErrorCode.invalidEnvironment, `the container id ${id}`);
  const name = ifNameProblem(ifName);
  if (name !== undefined) throw pluginError(PluginErrorCode.invalidEnvironment, `the interface name ${name}`);
  return `${containerId}_${ifName}.json`;
}

/** Errors: those of {@link backupName}; Node's own for files, as for all functions here. */
export function writeBackup(dataDir: string, id: AttachmentId, text: string): void {
  const path = join(dataDir, backupName(id));
  mkdirSync(dataDir, { recursive: true, mode: DIRECTORY_MODE });
  const unfinished = `${path}${UNFINISHED}`;
  const fd = openSync(unfinished, "w", FILE_MODE);
  try {
    writeFileSync(fd, text);
    setExtendedAttribute(unfinished, NETWORK_ATTRIBUTE, id.network);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(unfinished, path);
}

/** Undefined where there is none. */
export function readBackup(dataDir: string, id: AttachmentId): string | undefined {
  try {
    return readFileSync(join(dataDir, backupName(id)), "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** No error where there is none. */
export function removeBackup(dataDir: string, id: AttachmentId): void {
  rmSync(join(dataDir, backupName(id)), { force: true });
}

/** Removes the backups of a network that belong to none of its attachments. */
export function removeDeadBackups(
  dataDir: string,
  network: string,
  valid: readonly Pick<AttachmentId, "containerId" | "ifName">[],
): void {
  const alive = new Set(valid.map(backupName));
  for (const name of listDirectory(dataDir)) {
    if (alive.has(name) || !/\.json(\.new)?$/.test(name)) continue;
    const path = join(dataDir, name);
    if (readExtendedAttribute(path, NETWORK_ATTRIBUTE) === network) rmSync(path, { force: true });
  }
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
