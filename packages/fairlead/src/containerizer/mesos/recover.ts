import type { ContainerId } from "@fairlead/mesos-api";
import type { ContainerConfig } from "../containerizer.ts";
import type { Container } from "./container.ts";
import { destroyContainer } from "./destroy-container.ts";
import { type FoundContainer, findContainers } from "./found-containers.ts";
import type { RecoveredContainer } from "./isolator.ts";
import type { LaunchedProcess } from "./launched-process.ts";
import { killLaunchHelpers } from "./launcher/launch-helpers.ts";
import { findProcess } from "./launcher/process-identity.ts";
import { MAX_PARALLEL_CLEANUPS } from "./limits.ts";
import type { Parts } from "./parts.ts";
import { Turns } from "./turns.ts";
import { watchContainer } from "./watch-container.ts";

type ToContainer = (id: ContainerId, config?: ContainerConfig) => Container;

/** A container that goes on: its launch was complete, and the agent knows it. */
interface Kept {
  readonly container: Container;
  readonly config: ContainerConfig;
  readonly process: LaunchedProcess;
}

/**
 * Finds the containers of an earlier run: those in `known` go on, everything else of this agent is taken down.
 *
 * `toContainer` makes the object of a container. Resolves with the known ones; those of which nothing is left have ended without a status.
 */
export async function recoverContainers(
  parts: Parts,
  runtimeDir: string,
  known: readonly ContainerConfig[],
  toContainer: ToContainer,
): Promise<readonly Container[]> {
  const wanted = new Map(known.map((config) => [config.containerId, config]));
  const found = await findContainers(runtimeDir, parts.log);
  const kept = found.flatMap((one) => toKept(one, wanted, toContainer));
  const keptIds = new Set(kept.map(({ container }) => container.id));
  const leftovers = found.filter(({ id }) => !keptIds.has(id));

  await endLeftovers(parts, leftovers, toContainer);
  const alive = await Promise.all(kept.map(toRecovered));
  const orphans = leftovers.map(({ id }) => id);
  await parts.pipeline.recover(alive, orphans);
  await cleanUp(parts, leftovers, toContainer);

  for (const { container, process } of kept) {
    // nobody can know whether the command had begun
    container.started = undefined;
    container.process = process;
    watchContainer(parts, container, process);
  }
  const gone = known
    .filter(({ containerId }) => !keptIds.has(containerId))
    .map((config) => toContainer(config.containerId, config));
  for (const container of gone) {
    container.terminate({});
  }
  return [...kept.map(({ container }) => container), ...gone];
}

/** The record is what counts: it has the updates. Only where it is damaged, the agent's own config is taken. */
function toKept(
  { id, config, process }: FoundContainer,
  wanted: ReadonlyMap<ContainerId, ContainerConfig>,
  toContainer: ToContainer,
): Kept[] {
  const best = wanted.has(id) ? (config ?? wanted.get(id)) : undefined;
  return best === undefined || process === undefined
    ? []
    : [{ container: toContainer(id, best), config: best, process }];
}

/** Ends the processes of all leftovers before any isolator takes their networks away. */
async function endLeftovers(
  { log, destroyTimeoutMs }: Parts,
  leftovers: readonly FoundContainer[],
  toContainer: ToContainer,
): Promise<void> {
  if (leftovers.length === 0) return;
  log.info({ containers: leftovers.length }, "containers that are not wanted any more are taken down");
  await killLaunchHelpers(leftovers.map(({ paths }) => paths));
  await Promise.all(
    leftovers.map(async (one) => {
      const { cgroup, id } = toContainer(one.id);
      await cgroup.killAll(destroyTimeoutMs).catch((err) => {
        log.warn({ containerId: id, err }, "the processes of an unwanted container did not end; it is tried again");
      });
    }),
  );
}

async function toRecovered({ container, config, process }: Kept): Promise<RecoveredContainer> {
  // a crash while signals were sent would have left them frozen
  await container.cgroup.thaw();
  const init = await findProcess(process.init);
  const alive = init !== undefined && !init.zombie;
  return { config, ...(alive && { pid: process.init.pid }) };
}

async function cleanUp(parts: Parts, leftovers: readonly FoundContainer[], toContainer: ToContainer): Promise<void> {
  const turns = new Turns(MAX_PARALLEL_CLEANUPS, leftovers.length);
  await Promise.all(
    leftovers.map(async ({ id, process }) => {
      const container = toContainer(id);
      container.process = process;
      await turns.run(() => destroyContainer(parts, container));
    }),
  );
}
