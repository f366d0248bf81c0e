import { dirname, join } from "node:path";
import { CniError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { isNetworkFileName, isNoDirectory, listConfigFiles, readConfigFile } from "./config-files.ts";
import type { NetworkConfigList } from "./network-config-list.ts";
import { networkNameOf, parseConfigObject, parseNetworkConfig, takesFolderPlugins } from "./parse-network-config.ts";

/** What a directory of configurations holds. */
export interface LoadedNetworks {
  /** In the order of their file names, each name once. */
  readonly networks: readonly NetworkConfigList[];
  /** The files that were left out, each with the coded reason and its `path`. */
  readonly problems: readonly CniError[];
}

/**
 * Loads every network of a directory.
 *
 * Files are taken in the order of their names; of several that define one name, the first wins. A bad file is a
 * problem of its own and never hides the others. Extensions: see {@link isNetworkFileName}.
 * Throws `CNI_CONFIG_UNREADABLE` when the directory itself cannot be read.
 */
export async function loadNetworkConfigs(directory: string): Promise<LoadedNetworks> {
  const networks = new Map<string, NetworkConfigList>();
  const problems: CniError[] = [];
  for (const path of await listConfigFiles(directory, isNetworkFileName)) {
    try {
      const list = await readNetworkConfig(path);
      const first = networks.get(list.name);
      if (first) {
        const message = `network ${list.name} is already defined by ${first.path}`;
        throw new CniError("CNI_CONFIG_DUPLICATE", message, { path, network: list.name });
      }
      networks.set(list.name, list);
    } catch (error) {
      problems.push(CniError.from(error).with({ path }));
    }
  }
  return { networks: [...networks.values()], problems };
}

/**
 * Reads one network from its file, and the plugins that the folder of its name adds.
 *
 * The folder lies beside the file; its `*.conf` files are single plugins, in the order of their names.
 * Throws `CNI_CONFIG_UNREADABLE`, `CNI_CONFIG_INVALID` or `CNI_VERSION_UNSUPPORTED`.
 * Source: spec 1.1.0, section 1, `loadOnlyInlinedPlugins`.
 */
export async function readNetworkConfig(path: string): Promise<NetworkConfigList> {
  const bytes = await readConfigFile(path);
  try {
    const raw = parseConfigObject(bytes);
    const folderPlugins = takesFolderPlugins(raw) ? await readFolder(join(dirname(path), networkNameOf(raw))) : [];
    return parseNetworkConfig(raw, { path, folderPlugins });
  } catch (error) {
    throw CniError.from(error).with({ path });
  }
}

async function readFolder(folder: string): Promise<JsonObject[]> {
  const plugins: JsonObject[] = [];
  for (const path of await listFolder(folder)) {
    plugins.push(parseConfigObject(await readConfigFile(path)));
  }
  return plugins;
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await listConfigFiles(folder, (name) => name.endsWith(".conf") && !name.startsWith("."));
  } catch (error) {
    if (isNoDirectory(error)) {
      return [];
    }
    throw error;
  }
}
