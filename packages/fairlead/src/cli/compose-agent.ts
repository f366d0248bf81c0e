import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { type Agent, createAgent } from "../agent/agent.ts";
import type { AgentConfig } from "../agent/config.ts";
import { agentRoutes } from "../agent/http/routes.ts";
import { checkpointPath } from "../agent/paths.ts";
import { httpMasterLink } from "../agent/session/http-master-link.ts";
import { permitAll } from "../base/authorizer.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { ensureDirectory } from "../base/files/ensure-directory.ts";
import { serve } from "../base/http/serve.ts";
import { lockDirectory } from "../base/lock-directory.ts";
import type { Logger } from "../base/log.ts";
import { openStore } from "../base/store/open-store.ts";
import { readVersion } from "../base/version.ts";
import { createMesosContainerizer } from "../containerizer/mesos/create-mesos-containerizer.ts";
import { createCniIsolator } from "../containerizer/mesos/isolators/network/cni/cni-isolator.ts";
import { createNetworkWorker } from "../network/worker/start-network-worker.ts";
import { type ContainerOptions, cniRootDirectory } from "./config/container-options.ts";
import { freePort } from "./free-port.ts";

/** Tasks of every user have their sandboxes below it. */
const WORK_DIR_MODE = 0o755;
/** Operators enter pinned namespaces by it; what is secret below it has modes of its own. */
const RUNTIME_DIR_MODE = 0o755;
const META_DIR_MODE = 0o700;

export interface RunningAgent {
  readonly agent: Agent;
  /** Where it listens. */
  readonly ip: string;
  readonly port: number;
  /** Ends it: with all its tasks, or so that the next one finds them. */
  close(options: { endTasks: boolean }): Promise<void>;
}

/**
 * Puts an agent together, lets it listen and find again what the run before left; it registers on its own.
 *
 * Errors: DIRECTORY_IN_USE, SCHEMA_TOO_NEW, STORE_FAILED, ADDRESS_UNAVAILABLE, AGENT_INCOMPATIBLE, FLAG_INVALID (directories of network/cni),
 * ISOLATION_INVALID, RUNTIME_MISSING, CGROUP_UNAVAILABLE.
 */
export async function composeAgent(
  config: AgentConfig,
  containers: ContainerOptions,
  { log, clock = systemClock }: { log: Logger; clock?: Clock },
): Promise<RunningAgent> {
  // What is set up is undone in reverse: at the end, and where something fails on the way.
  const stack = new AsyncDisposableStack();
  try {
    for (const [directory, mode] of [
      [config.workDir, WORK_DIR_MODE],
      [config.runtimeDir, RUNTIME_DIR_MODE],
    ] as const) {
      await ensureDirectory(directory, mode);
      const lock = lockDirectory(directory);
      stack.defer(() => lock.release());
    }
    const checkpoint = checkpointPath(config.workDir);
    await ensureDirectory(dirname(checkpoint), META_DIR_MODE);
    const { store } = await openStore(checkpoint, { log, clock });
    stack.defer(() => store.close());

    const networkWorker = createNetworkWorker({ log, poolSize: containers.networkPoolSize });
    stack.defer(() => networkWorker.close());
    const network = createCniIsolator({
      ...containers.cni,
      rootDir: cniRootDirectory(config.runtimeDir),
      network: networkWorker,
      log,
      clock,
    });
    const containerizer = await createMesosContainerizer({
      ...containers.mesos,
      runtimeDir: config.runtimeDir,
      network,
      log,
      clock,
    });
    stack.defer(() => containerizer.close());

    const address = { ip: config.ip, port: config.port === 0 ? await freePort(config.ip) : config.port };
    const agent = await createAgent(config, {
      store,
      containerizers: containerizer,
      link: httpMasterLink({ master: config.master, ...(config.agentSecret && { secret: config.agentSecret }), clock }),
      clock,
      ids: { uuid: randomUUID },
      random: Math.random,
      log,
      address,
    });
    const authorizer = permitAll;
    const server = await serve({
      ...address,
      process: "slave(1)",
      routes: agentRoutes(agent, { config, version: readVersion(), authorizer, clock, log }),
      maxBodyBytes: config.maxRequestBodyBytes,
      maxUnreadBytes: containers.maxUnreadStreamBytes,
      authorizer,
      log,
      clock,
      ownNames: config.hostname === undefined ? [] : [config.hostname],
    });
    stack.defer(() => server.close());
    log.info({ ip: server.ip, port: server.port }, "the agent listens");
    await agent.start();
    return {
      agent,
      ip: server.ip,
      port: server.port,
      async close(options) {
        await agent.stop(options);
        await stack.disposeAsync();
      },
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
