import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { permitAll } from "../base/authorizer.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { ensureDirectory } from "../base/files/ensure-directory.ts";
import { serve } from "../base/http/serve.ts";
import { lockDirectory } from "../base/lock-directory.ts";
import type { Logger } from "../base/log.ts";
import { createMemoryStore } from "../base/store/memory-store.ts";
import { openStore } from "../base/store/open-store.ts";
import type { Store } from "../base/store/store.ts";
import { readVersion } from "../base/version.ts";
import type { MasterConfig } from "../master/config.ts";
import { masterRoutes } from "../master/http/routes.ts";
import { createMaster, type Master } from "../master/master.ts";
import { freePort } from "./free-port.ts";

/** The registry says which machines belong to the cluster: nobody else's business. */
const WORK_DIR_MODE = 0o700;

export interface RunningMaster {
  readonly master: Master;
  /** Where it listens. */
  readonly ip: string;
  readonly port: number;
  /** Ends it; agents and frameworks find it again when it comes back. */
  close(): Promise<void>;
}

/** Puts a master together and lets it listen. Errors: DIRECTORY_IN_USE, SCHEMA_TOO_NEW, STORE_FAILED, ADDRESS_UNAVAILABLE. */
export async function composeMaster(
  config: MasterConfig,
  { log, clock = systemClock }: { log: Logger; clock?: Clock },
): Promise<RunningMaster> {
  // What is set up is undone in reverse: at the end, and where something fails on the way.
  const stack = new AsyncDisposableStack();
  try {
    const store = await openRegistry(config.workDir, stack, { log, clock });
    const address = { ip: config.ip, port: config.port === 0 ? await freePort(config.ip) : config.port };
    const authorizer = permitAll;
    const master = await createMaster(config, {
      store,
      clock,
      ids: { uuid: randomUUID },
      random: Math.random,
      log,
      authorizer,
      address,
    });
    stack.defer(() => master.close());
    const server = await serve({
      ...address,
      process: "master",
      routes: masterRoutes(master, { config, version: readVersion(), authorizer, newStreamId: randomUUID }),
      maxBodyBytes: config.maxRequestBodyBytes,
      maxUnreadBytes: config.maxUnreadStreamBytes,
      authorizer,
      log,
      clock,
      ownNames: config.hostname === undefined ? [] : [config.hostname],
    });
    stack.defer(() => server.close());
    log.info({ ip: server.ip, port: server.port, masterId: master.info.id }, "the master listens");
    return {
      master,
      ip: server.ip,
      port: server.port,
      async close() {
        // Streams end with what was sent to them, before the server cuts the connections.
        await master.close();
        await stack.disposeAsync();
      },
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function openRegistry(
  workDir: string | undefined,
  stack: AsyncDisposableStack,
  options: { log: Logger; clock: Clock },
): Promise<Store> {
  if (workDir === undefined) return createMemoryStore();
  await ensureDirectory(workDir, WORK_DIR_MODE);
  const lock = lockDirectory(workDir);
  stack.defer(() => lock.release());
  const { store } = await openStore(join(workDir, "registry.db"), options);
  stack.defer(() => store.close());
  return store;
}
