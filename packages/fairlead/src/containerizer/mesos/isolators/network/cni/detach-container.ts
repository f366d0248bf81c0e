import { delNetworkList, type JsonObject, type NetworkConfigList } from "@fairlead/cni";
import type { ContainerId } from "@fairlead/mesos-api";
import { crashPoint } from "../../../../../base/crash-points.ts";
import { FairleadError } from "../../../../../base/errors.ts";
import { removeTree } from "../../../../../base/files/remove-tree.ts";
import type { Logger } from "../../../../../base/log.ts";
import { AttachmentStore, type StoredAttachment } from "./attachment-store.ts";
import type { CniContext } from "./cni-context.ts";
import { type AttachmentName, networkError } from "./network-error.ts";
import { isNamespacePinned, releaseNamespace } from "./network-namespace.ts";
import { observeResult } from "./observed-result.ts";
import { containerDir, namespacePath } from "./paths.ts";
import { capabilityArgs } from "./port-mappings.ts";

/**
 * Detaches a container from its networks in reverse order, releases its namespace and removes its directory.
 *
 * Works from the disk alone, so that it serves after a crash at any point, and may be repeated; does nothing without a directory. Goes on after a
 * failure, then throws: what could not be detached keeps its files and the namespace, for the next attempt.
 * Errors: NETWORK_FAILED, NAMESPACE_FAILED.
 */
export async function detachContainer(context: Omit<CniContext, "usesVeth">, containerId: ContainerId): Promise<void> {
  const { rootDir } = context;
  const store = new AttachmentStore(rootDir, containerId);
  const attachments = await store.list();
  if (attachments === undefined) return;
  const path = namespacePath(rootDir, containerId);
  // a DEL without namespace frees addresses and rules; the spec wants CNI_NETNS unset then
  const netns = (await isNamespacePinned(path)) ? path : undefined;
  const failures: FairleadError[] = [];
  for (const attachment of attachments.toReversed()) {
    try {
      await detachNetwork(context, store, containerId, attachment, netns);
    } catch (cause) {
      failures.push(networkError("detach", { ...attachment, containerId }, cause));
    }
  }
  throwAll(failures, containerId);
  await releaseNamespace(context.network, path);
  crashPoint("netns-released");
  await removeTree(containerDir(rootDir, containerId));
}

async function detachNetwork(
  { exec, log, clock }: Omit<CniContext, "network" | "usesVeth">,
  store: AttachmentStore,
  containerId: ContainerId,
  { network, ifName }: StoredAttachment,
  netns: string | undefined,
): Promise<void> {
  const startMs = clock.monotonic();
  const list = await store.readConf(network);
  if (list === undefined || ifName === undefined) {
    log.debug({ containerId, network, ifName }, "Skipped the detach from a network whose attach had not begun");
  } else {
    const conf = { containerId, netns, ifName, capabilityArgs: capabilityArgs(list) };
    const prevResult = await findPrevResult(store, list, { containerId, network, ifName }, netns, log);
    await delNetworkList(exec, list, conf, { prevResult });
    crashPoint("cni-deleted");
    const durationMs = clock.monotonic() - startMs;
    log.info({ containerId, network, ifName, durationMs }, "Detached a container from a CNI network");
  }
  await store.removeConf(network);
  await store.removeNetwork(network);
  crashPoint("cni-conf-removed");
}

/** What ADD gave: from the disk, else from the kernel; a DEL without it frees less, but is better than none. */
async function findPrevResult(
  store: AttachmentStore,
  list: NetworkConfigList,
  { containerId, network, ifName }: AttachmentName & { readonly ifName: string },
  netns: string | undefined,
  log: Logger,
): Promise<JsonObject | undefined> {
  try {
    const stored = await store.readResult(network, ifName, list);
    if (stored !== undefined) return stored.prevResult;
  } catch (err) {
    log.warn(
      { containerId, network, ifName, err },
      "The result of a network cannot be read; the kernel is asked instead",
    );
  }
  try {
    return netns === undefined ? undefined : await observeResult(netns, ifName, list.cniVersion);
  } catch (err) {
    log.warn({ containerId, network, ifName, err }, "Detaching without the result of the attach");
    return undefined;
  }
}

function throwAll(failures: readonly FairleadError[], containerId: ContainerId): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const message = failures.map((failure) => failure.message).join("\n");
  throw new FairleadError("NETWORK_FAILED", message, { data: { containerId }, cause: first });
}
