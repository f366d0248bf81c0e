import { CniError, loadNetworkConfigs, type NetworkConfigList, readNetworkConfig } from "@fairlead/cni";
import { errorText, FairleadError } from "../../../../../base/errors.ts";
import type { Logger } from "../../../../../base/log.ts";

/**
 * The networks of the configuration directory, as they are now: added, changed and removed files count from the next launch on.
 *
 * Nothing is watched. A known network is read again from its file; when that fails, or it is not known, the directory is scanned.
 * Source: Mesos's `NetworkCniIsolatorProcess::getNetworkConfigJSON`.
 */
export class NetworkCatalog {
  readonly #directory: string;
  readonly #log: Logger;
  #paths: ReadonlyMap<string, string> = new Map();
  #reported: ReadonlySet<string> = new Set();

  constructor(directory: string, log: Logger) {
    this.#directory = directory;
    this.#log = log;
  }

  /** Reads the whole directory; a bad file is logged, once as long as it stays so, and skipped. Throws CniError. */
  async scan(): Promise<readonly NetworkConfigList[]> {
    const { networks, problems } = await loadNetworkConfigs(this.#directory);
    this.#paths = new Map(networks.flatMap(({ name, path }) => (path === undefined ? [] : [[name, path] as const])));
    const messages = problems.map((problem) => `${problem.path}: ${problem.message}`);
    for (const [index, err] of problems.entries()) {
      if (!this.#reported.has(messages[index] ?? "")) {
        this.#log.error({ path: err.path, err }, "Skipped a CNI network configuration that cannot be used");
      }
    }
    this.#reported = new Set(messages);
    return networks;
  }

  /** The configuration of a network. Errors: NETWORK_UNKNOWN. */
  async find(network: string): Promise<NetworkConfigList> {
    const known = await this.#reread(network);
    if (known !== undefined) return known;
    const found = (await this.#rescan(network)).find(({ name }) => name === network);
    if (found === undefined) throw unknownNetwork(network);
    return found;
  }

  async #rescan(network: string): Promise<readonly NetworkConfigList[]> {
    try {
      return await this.scan();
    } catch (cause) {
      throw unknownNetwork(network, cause);
    }
  }

  async #reread(network: string): Promise<NetworkConfigList | undefined> {
    const path = this.#paths.get(network);
    if (path === undefined) return undefined;
    try {
      const list = await readNetworkConfig(path);
      return list.name === network ? list : undefined;
    } catch (error) {
      // the file was removed, moved or spoilt: the scan that follows says what is true now
      if (error instanceof CniError) return undefined;
      throw error;
    }
  }
}

export function unknownNetwork(network: string, cause?: unknown): FairleadError {
  const reason = cause === undefined ? "" : `: ${errorText(cause)}`;
  return new FairleadError("NETWORK_UNKNOWN", `Unknown CNI network '${network}'${reason}`, {
    data: { network },
    cause,
  });
}
