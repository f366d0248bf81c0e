import { existsSync } from "node:fs";
import { FairleadError } from "../../../../../base/errors.ts";

/** What {@link checkFlags} asks of the machine. */
export interface Machine {
  readonly isRoot: boolean;
  readonly hasNamespaces: boolean;
  exists(path: string): boolean;
}

export const thisMachine: Machine = {
  isRoot: process.geteuid?.() === 0,
  hasNamespaces: ["mnt", "net", "uts"].every((kind) => existsSync(`/proc/self/ns/${kind}`)),
  exists: existsSync,
};

/** The directories of plugins, and that of configurations. */
export interface CniDirectories {
  readonly searchPath: readonly string[];
  readonly configDir: string;
}

/**
 * Checks the two flags; undefined when neither is given: no network is known then, and no privilege needed.
 *
 * Errors: FLAG_INVALID, with Mesos's texts. Source: Mesos's `NetworkCniIsolatorProcess::create`.
 */
export function checkFlags(
  flags: { readonly pluginsDir?: string | undefined; readonly configDir?: string | undefined },
  machine: Machine,
): CniDirectories | undefined {
  const { pluginsDir, configDir } = flags;
  if (pluginsDir === undefined && configDir === undefined) return undefined;
  if (!machine.isRoot) throw invalid("The 'network/cni' isolator requires root permissions");
  if (!machine.hasNamespaces) {
    throw invalid("The 'network/cni' isolator requires network, mount and UTS namespace support");
  }
  if (!pluginsDir) throw invalid("Missing required '--network_cni_plugins_dir' flag");
  if (!configDir) throw invalid("Missing required '--network_cni_config_dir' flag");
  if (!machine.exists(configDir)) {
    throw invalid(`The CNI network configuration directory '${configDir}' does not exist`);
  }
  return { searchPath: pluginsDir.split(":"), configDir };
}

function invalid(message: string): FairleadError {
  return new FairleadError("FLAG_INVALID", message);
}
