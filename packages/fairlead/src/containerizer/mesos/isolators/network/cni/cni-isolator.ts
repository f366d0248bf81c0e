import { readdir } from "node:fs/promises";
import { type CniResult, composeExecs, containerIdProblem, type PluginExec, processExec } from "@fairlead/cni";
import type { ContainerId } from "@fairlead/mesos-api";
import type { Clock } from "../../../../../base/clock.ts";
import { errorText, FairleadError } from "../../../../../base/errors.ts";
import type { Logger } from "../../../../../base/log.ts";
import { builtInExec } from "../../../../../network/built-in-exec.ts";
import { VETH_TYPES } from "../../../../../network/built-in-types.ts";
import type { NetworkWorker } from "../../../../../network/worker/network-worker.ts";
import type { ContainerConfig } from "../../../../containerizer.ts";
import type { ContainerLaunchInfo, Isolator, RecoveredContainer } from "../../../isolator.ts";
import { attachContainer, type ConfiguredAttachment } from "./attach-container.ts";
import { type CniDirectories, checkFlags, thisMachine } from "./check-options.ts";
import type { CniContext } from "./cni-context.ts";
import { detachContainer } from "./detach-container.ts";
import { writeNetworkFiles } from "./launch-info.ts";
import { RECOVERY_CONCURRENCY } from "./limits.ts";
import { withMesosArgs } from "./mesos-args.ts";
import { NetworkCatalog, unknownNetwork } from "./network-catalog.ts";
import { pluginNotFound } from "./network-error.ts";
import { reportedNetworkInfo } from "./network-status.ts";
import { type NetworkPlan, planAttachments } from "./plan-attachments.ts";
import { capabilityArgs } from "./port-mappings.ts";
import { type KnownAttachment, recoverAttachments } from "./recover-attachments.ts";
import { ensureRootMount, removeRootMount } from "./root-mount.ts";
import { endStrayPlugins } from "./stray-plugins.ts";

export interface CniIsolatorOptions {
  /** `--network_cni_plugins_dir`: the search path of plugins, directories separated by colons. */
  readonly pluginsDir?: string | undefined;
  /** `--network_cni_config_dir`. Without both flags no network is known, and containers on the host's network work. */
  readonly configDir?: string | undefined;
  /** `<runtime_dir>/isolators/network/cni`; made when it is missing. */
  readonly rootDir: string;
  /** `--network_cni_builtin_plugins`: the types of plugins that are not run as processes. */
  readonly builtInPlugins: ReadonlySet<string>;
  /** For each run of a plugin. */
  readonly pluginTimeoutMs: number;
  readonly network: NetworkWorker;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Mesos's `network/cni`: a container whose NetworkInfos name networks gets a network namespace of its own, attached to each of them.
 *
 * Makes nothing yet: the directory on its shared mount comes with `recover`, or the first `prepare`. Errors: FLAG_INVALID, with Mesos's texts.
 */
export function createCniIsolator(options: CniIsolatorOptions): Isolator {
  const directories = checkFlags(options, thisMachine);
  return directories === undefined ? hostNetworkOnly : new CniIsolator(options, directories);
}

const NAME = "network/cni";

/** Without configuration directory no network is known. */
const hostNetworkOnly: Isolator = {
  name: NAME,
  async recover() {},
  async prepare(config) {
    const first = planAttachments(config)?.attachments[0];
    if (first !== undefined) throw unknownNetwork(first.network);
    return undefined;
  },
  async cleanup() {},
};

interface Container {
  attachments: readonly KnownAttachment[];
  /** Ends the plugin that runs in `prepare`. */
  readonly abort: AbortController;
  /** Resolves when `prepare` has ended, well or not: no DEL may overlap an ADD. */
  prepared: Promise<unknown>;
}

class CniIsolator implements Isolator {
  readonly name = NAME;
  readonly #options: CniIsolatorOptions;
  readonly #catalog: NetworkCatalog;
  readonly #exec: PluginExec;
  readonly #containers = new Map<ContainerId, Container>();
  #context: Promise<CniContext> | undefined;

  constructor(options: CniIsolatorOptions, { searchPath, configDir }: CniDirectories) {
    this.#options = options;
    this.#catalog = new NetworkCatalog(configDir, options.log);
    const { network: worker, builtInPlugins: types, pluginTimeoutMs: timeoutMs } = options;
    const processes = processExec({ searchPath, timeoutMs });
    this.#exec = composeExecs(builtInExec({ worker, types, processes, timeoutMs }), processes);
  }

  async recover(alive: readonly RecoveredContainer[]): Promise<void> {
    const { log, clock } = this.#options;
    const networks = await this.#scan();
    log.info({ networks }, "Loaded the CNI networks");
    const context = await this.#open();
    const ended = await endStrayPlugins(context.rootDir, clock);
    if (ended > 0) log.warn({ count: ended }, "Killed CNI plugins that an earlier run had left running");
    const living = new Map(alive.map(({ config }) => [config.containerId, config]));
    for (const config of living.values()) await this.#recoverLiving(context, config);
    // an orphan of the launcher that is not among these has no network of its own
    await this.#cleanUpAll((await readdir(context.rootDir)).filter((name) => !living.has(name as ContainerId)));
  }

  async prepare(config: ContainerConfig): Promise<ContainerLaunchInfo | undefined> {
    const { containerId } = config;
    if (this.#containers.has(containerId)) {
      throw new FairleadError("CONTAINER_EXISTS", "Container has already been prepared", { data: { containerId } });
    }
    const plan = planAttachments(config);
    if (plan === undefined) return undefined;
    const container: Container = { attachments: [], abort: new AbortController(), prepared: Promise.resolve() };
    this.#containers.set(containerId, container);
    const work = this.#attach(containerId, plan, container);
    container.prepared = work.catch(() => {});
    return await work;
  }

  abort(containerId: ContainerId): void {
    this.#containers.get(containerId)?.abort.abort();
  }

  async status(containerId: ContainerId) {
    const attachments = this.#containers.get(containerId)?.attachments ?? [];
    const networkInfos = attachments.flatMap(({ networkInfo, result }) =>
      result === undefined ? [] : [reportedNetworkInfo(networkInfo, result)],
    );
    return networkInfos.length === 0 ? {} : { networkInfos };
  }

  async cleanup(containerId: ContainerId): Promise<void> {
    this.abort(containerId);
    await this.#containers.get(containerId)?.prepared;
    await detachContainer(await this.#open(), containerId);
    this.#containers.delete(containerId);
  }

  /** Without containers the mount of the directory serves nobody: a clean end leaves no trace in the mount table. */
  async close(): Promise<void> {
    const { log } = this.#options;
    try {
      const context = await this.#context;
      if (context === undefined || (await readdir(context.rootDir)).length > 0) return;
      await removeRootMount(context.rootDir);
    } catch (err) {
      log.warn({ err }, "Left the mount of the directory of network/cni");
    }
  }

  async #attach(containerId: ContainerId, plan: NetworkPlan, container: Container): Promise<ContainerLaunchInfo> {
    const attachments = await this.#configure(containerId, plan);
    const context = await this.#open();
    const results: CniResult[] = [];
    const onAttached = ({ network, networkInfo }: ConfiguredAttachment, result: CniResult) => {
      results.push(result);
      container.attachments = [...container.attachments, { network, networkInfo, result }];
    };
    await attachContainer(context, containerId, attachments, onAttached, container.abort.signal);
    return await writeNetworkFiles(context.rootDir, containerId, plan.hostname, results);
  }

  /** Everything that can be known to be wrong is refused here, before the kernel or a plugin is touched. */
  async #configure(containerId: ContainerId, plan: NetworkPlan): Promise<ConfiguredAttachment[]> {
    const attachments: ConfiguredAttachment[] = [];
    for (const attachment of plan.attachments) {
      const list = withMesosArgs(await this.#catalog.find(attachment.network), attachment.networkInfo);
      capabilityArgs(list);
      for (const { type } of list.plugins) {
        if (!(await this.#exec.has(type))) throw pluginNotFound("attach", type, { containerId, ...attachment });
      }
      attachments.push({ ...attachment, list });
    }
    return attachments;
  }

  async #scan(): Promise<string[]> {
    try {
      return (await this.#catalog.scan()).map(({ name }) => name);
    } catch (cause) {
      throw new FairleadError("FLAG_INVALID", `Unable to load CNI config: ${errorText(cause)}`, { cause });
    }
  }

  #open(): Promise<CniContext> {
    this.#context ??= this.#makeContext();
    return this.#context;
  }

  async #makeContext(): Promise<CniContext> {
    const { rootDir, network, builtInPlugins, log, clock } = this.#options;
    const usesVeth = (type: string) => builtInPlugins.has(type) && VETH_TYPES.has(type);
    try {
      return { rootDir: await ensureRootMount(rootDir, log), exec: this.#exec, network, usesVeth, log, clock };
    } catch (error) {
      this.#context = undefined;
      throw error;
    }
  }

  async #recoverLiving(context: CniContext, config: ContainerConfig): Promise<void> {
    const { containerId } = config;
    const attachments = await recoverAttachments(context, config);
    if (attachments === undefined) return;
    this.#containers.set(containerId, { attachments, abort: new AbortController(), prepared: Promise.resolve() });
  }

  async #cleanUpAll(names: readonly string[]): Promise<void> {
    const queue = [...names];
    const worker = async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) await this.#cleanUp(name);
    };
    await Promise.all(Array.from({ length: RECOVERY_CONCURRENCY }, worker));
  }

  async #cleanUp(name: string): Promise<void> {
    const { log } = this.#options;
    if (containerIdProblem(name) !== undefined) {
      log.warn({ name }, "Left what does not belong into the directory of network/cni");
      return;
    }
    const containerId = name as ContainerId; // checked above
    try {
      await this.cleanup(containerId);
      log.info({ containerId }, "Cleaned up the network of a container that is gone");
    } catch (err) {
      log.error({ containerId, err }, "Could not clean up the network of a container; the next recovery tries again");
    }
  }
}
