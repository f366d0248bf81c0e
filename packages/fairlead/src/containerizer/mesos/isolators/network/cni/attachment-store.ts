import { mkdir, readdir, unlink } from "node:fs/promises";
import {
  type CniResult,
  type JsonObject,
  type NetworkConfigList,
  parseJsonObject,
  parseNetworkConfig,
  parseResult,
  toConfigObject,
} from "@fairlead/cni";
import type { ContainerId } from "@fairlead/mesos-api";
import { FairleadError } from "../../../../../base/errors.ts";
import { errorCode } from "../../../../../base/files/error-code.ts";
import { readFileIfExists } from "../../../../../base/files/read-file-if-exists.ts";
import { removeTree } from "../../../../../base/files/remove-tree.ts";
import { writeFileAtomic } from "../../../../../base/files/write-file-atomic.ts";
import { containerDir, interfaceDir, networkConfPath, networkDir, networkInfoPath } from "./paths.ts";

/** One network of a container, as the directory tree tells. */
export interface StoredAttachment {
  readonly network: string;
  /** Undefined where a crash or a removal was faster than the directory of the interface. */
  readonly ifName: string | undefined;
}

/** What ADD gave: as the plugin printed it, and parsed. */
export interface StoredResult {
  readonly prevResult: JsonObject;
  readonly result: CniResult;
}

/** The attachments of one container on disk. All files are written whole or not at all. */
export class AttachmentStore {
  readonly #rootDir: string;
  readonly #containerId: ContainerId;

  constructor(rootDir: string, containerId: ContainerId) {
    this.#rootDir = rootDir;
    this.#containerId = containerId;
  }

  /** In request order; undefined when the container has no directory. */
  async list(): Promise<readonly StoredAttachment[] | undefined> {
    const networks = await directoriesIn(containerDir(this.#rootDir, this.#containerId));
    if (networks === undefined) return undefined;
    const attachments: StoredAttachment[] = [];
    for (const network of networks) {
      const ifNames = (await directoriesIn(networkDir(this.#rootDir, this.#containerId, network))) ?? [];
      if (ifNames.length > 1) {
        // one network is joined once: whatever made this, its DEL cannot be told
        throw new FairleadError("NETWORK_FAILED", `More than one interfaces detected for network '${network}'`, {
          data: { containerId: this.#containerId, network },
        });
      }
      attachments.push({ network, ifName: ifNames[0] });
    }
    return attachments.toSorted((a, b) => interfaceNumber(a) - interfaceNumber(b));
  }

  /** Stores what the plugins are going to be configured with; from here on the network has to be detached. */
  async storeConf(network: string, ifName: string, list: NetworkConfigList): Promise<void> {
    await mkdir(interfaceDir(this.#rootDir, this.#containerId, network, ifName), { recursive: true, mode: 0o755 });
    const path = networkConfPath(this.#rootDir, this.#containerId, network);
    // plugins' credentials stand in configurations
    await writeFileAtomic(path, JSON.stringify(toConfigObject(list)), { mode: 0o600 });
  }

  /** Undefined when it was not stored, so that no plugin has run. Throws CniError where the file is damaged. */
  async readConf(network: string): Promise<NetworkConfigList | undefined> {
    const path = networkConfPath(this.#rootDir, this.#containerId, network);
    const bytes = await readFileIfExists(path);
    return bytes && parseNetworkConfig(bytes, { path });
  }

  async storeResult(network: string, ifName: string, prevResult: JsonObject): Promise<void> {
    const path = networkInfoPath(this.#rootDir, this.#containerId, network, ifName);
    await writeFileAtomic(path, JSON.stringify(prevResult), { mode: 0o600 });
  }

  /** Undefined when ADD did not end well, or not before a crash. Throws CniError or SyntaxError where the file is damaged. */
  async readResult(network: string, ifName: string, list: NetworkConfigList): Promise<StoredResult | undefined> {
    const bytes = await readFileIfExists(networkInfoPath(this.#rootDir, this.#containerId, network, ifName));
    if (bytes === undefined) return undefined;
    const prevResult = parseJsonObject(bytes);
    return { prevResult, result: parseResult(prevResult, list.cniVersion) };
  }

  /** Forgets the configuration: the network is detached. */
  async removeConf(network: string): Promise<void> {
    try {
      await unlink(networkConfPath(this.#rootDir, this.#containerId, network));
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }

  /** Removes what is left of a network. */
  async removeNetwork(network: string): Promise<void> {
    await removeTree(networkDir(this.#rootDir, this.#containerId, network));
  }
}

/** The N of `eth<N>`: the place of the network in the request. */
function interfaceNumber({ ifName }: StoredAttachment): number {
  return Number(ifName?.slice("eth".length) ?? 0);
}

async function directoriesIn(path: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
